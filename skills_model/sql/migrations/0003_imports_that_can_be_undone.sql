-- Every row says which import it came with, so that an import can be undone; a check or a key cannot be changed, so tables are made anew.
-- Imports from before cannot be told apart, so their rows are of import 0. Age bands are as at a snapshot, posts as at a date.

ALTER TABLE organisation RENAME TO organisation_before;
ALTER TABLE framework RENAME TO framework_before;
ALTER TABLE role_level RENAME TO role_level_before;
ALTER TABLE skill RENAME TO skill_before;
ALTER TABLE requirement RENAME TO requirement_before;
ALTER TABLE snapshot RENAME TO snapshot_before;
ALTER TABLE person RENAME TO person_before;
ALTER TABLE assignment RENAME TO assignment_before;
ALTER TABLE assessment RENAME TO assessment_before;
ALTER TABLE establishment RENAME TO establishment_before;
ALTER TABLE import_run RENAME TO import_run_before;

CREATE TABLE organisation (
    organisation VARCHAR NOT NULL CHECK (regexp_full_match(organisation, '[A-Z0-9]{3,10}')),
    name VARCHAR NOT NULL CHECK (length(name) >= 1),
    organisation_type VARCHAR NOT NULL CHECK (length(organisation_type) >= 1),
    region_code VARCHAR,
    region_name VARCHAR,
    icb_code VARCHAR,
    icb_name VARCHAR,
    demonstration BOOLEAN NOT NULL,
    import_run BIGINT NOT NULL
);

CREATE TABLE framework (
    framework VARCHAR NOT NULL CHECK (regexp_full_match(framework, '[a-z0-9]+(-[a-z0-9]+)*')),
    series VARCHAR NOT NULL CHECK (regexp_full_match(series, '[a-z0-9]+(-[a-z0-9]+)*')),
    label VARCHAR NOT NULL,
    version VARCHAR NOT NULL,
    publisher VARCHAR NOT NULL,
    licence VARCHAR NOT NULL,
    source VARCHAR NOT NULL,
    ranks BIGINT NOT NULL CHECK (ranks >= 1) CHECK (ranks <= 9),
    active BOOLEAN NOT NULL,
    measured_on VARCHAR NOT NULL CHECK (measured_on IN ('roles', 'all staff')),
    import_run BIGINT NOT NULL
);

CREATE TABLE framework_rank (
    framework VARCHAR NOT NULL CHECK (regexp_full_match(framework, '[a-z0-9]+(-[a-z0-9]+)*')),
    rank BIGINT NOT NULL CHECK (rank >= 1) CHECK (rank <= 9),
    rank_label VARCHAR NOT NULL CHECK (length(rank_label) >= 1),
    import_run BIGINT NOT NULL
);

CREATE TABLE role_level (
    framework VARCHAR NOT NULL CHECK (regexp_full_match(framework, '[a-z0-9]+(-[a-z0-9]+)*')),
    role_family VARCHAR NOT NULL CHECK (regexp_full_match(role_family, '[a-z0-9]+(-[a-z0-9]+)*')),
    role_family_label VARCHAR NOT NULL,
    role VARCHAR NOT NULL CHECK (regexp_full_match(role, '[a-z0-9]+(-[a-z0-9]+)*')),
    role_label VARCHAR NOT NULL,
    role_level VARCHAR NOT NULL CHECK (regexp_full_match(role_level, '[a-z0-9]+(-[a-z0-9]+)*')),
    role_level_label VARCHAR NOT NULL,
    level_number BIGINT NOT NULL CHECK (level_number >= 1) CHECK (level_number <= 20),
    suggested_band VARCHAR CHECK (suggested_band IN ('1', '2', '3', '4', '5', '6', '7', '8a', '8b', '8c', '8d', '9')),
    import_run BIGINT NOT NULL
);

CREATE TABLE skill (
    framework VARCHAR NOT NULL CHECK (regexp_full_match(framework, '[a-z0-9]+(-[a-z0-9]+)*')),
    skill VARCHAR NOT NULL CHECK (regexp_full_match(skill, '[a-z0-9]+(-[a-z0-9]+)*')),
    skill_label VARCHAR NOT NULL,
    import_run BIGINT NOT NULL
);

CREATE TABLE requirement (
    framework VARCHAR NOT NULL CHECK (regexp_full_match(framework, '[a-z0-9]+(-[a-z0-9]+)*')),
    role_level VARCHAR NOT NULL CHECK (regexp_full_match(role_level, '[a-z0-9]+(-[a-z0-9]+)*')),
    skill VARCHAR NOT NULL CHECK (regexp_full_match(skill, '[a-z0-9]+(-[a-z0-9]+)*')),
    required_rank BIGINT NOT NULL CHECK (required_rank >= 1) CHECK (required_rank <= 9),
    import_run BIGINT NOT NULL
);

CREATE TABLE description (
    framework VARCHAR NOT NULL CHECK (regexp_full_match(framework, '[a-z0-9]+(-[a-z0-9]+)*')),
    subject VARCHAR NOT NULL CHECK (subject IN ('role', 'role level', 'skill')),
    id VARCHAR NOT NULL CHECK (regexp_full_match(id, '[a-z0-9]+(-[a-z0-9]+)*')),
    rank BIGINT NOT NULL CHECK (rank >= 0) CHECK (rank <= 9),
    text VARCHAR NOT NULL CHECK (length(text) >= 1),
    import_run BIGINT NOT NULL
);

CREATE TABLE crosswalk (
    subject VARCHAR NOT NULL CHECK (subject IN ('skill', 'role level')),
    framework_from VARCHAR NOT NULL CHECK (regexp_full_match(framework_from, '[a-z0-9]+(-[a-z0-9]+)*')),
    id_from VARCHAR NOT NULL CHECK (regexp_full_match(id_from, '[a-z0-9]+(-[a-z0-9]+)*')),
    framework_to VARCHAR NOT NULL CHECK (regexp_full_match(framework_to, '[a-z0-9]+(-[a-z0-9]+)*')),
    id_to VARCHAR NOT NULL CHECK (regexp_full_match(id_to, '[a-z0-9]+(-[a-z0-9]+)*')),
    relation VARCHAR NOT NULL CHECK (relation IN ('exact', 'close', 'broader', 'narrower', 'related')),
    confidence DOUBLE NOT NULL CHECK (confidence >= 0) CHECK (confidence <= 1),
    source VARCHAR NOT NULL CHECK (length(source) >= 1),
    import_run BIGINT NOT NULL
);

CREATE TABLE snapshot (
    snapshot BIGINT NOT NULL CHECK (snapshot >= 1),
    organisation VARCHAR NOT NULL CHECK (regexp_full_match(organisation, '[A-Z0-9]{3,10}')),
    as_at DATE NOT NULL,
    import_run BIGINT NOT NULL
);

CREATE TABLE person (
    person VARCHAR NOT NULL CHECK (regexp_full_match(person, '[0-9a-f]{32}')),
    organisation VARCHAR NOT NULL CHECK (regexp_full_match(organisation, '[A-Z0-9]{3,10}')),
    import_run BIGINT NOT NULL
);

CREATE TABLE assignment (
    organisation VARCHAR NOT NULL CHECK (regexp_full_match(organisation, '[A-Z0-9]{3,10}')),
    snapshot BIGINT NOT NULL CHECK (snapshot >= 1),
    person VARCHAR NOT NULL CHECK (regexp_full_match(person, '[0-9a-f]{32}')),
    assignment BIGINT NOT NULL CHECK (assignment >= 1),
    age_band VARCHAR NOT NULL CHECK (age_band IN ('under 25', '25 to 34', '35 to 44', '45 to 54', '55 to 59', '60 and over', 'unknown')),
    team VARCHAR NOT NULL CHECK (length(team) >= 1),
    staff_group VARCHAR NOT NULL CHECK (length(staff_group) >= 1),
    job_title VARCHAR NOT NULL CHECK (length(job_title) >= 1),
    occupation_code VARCHAR,
    role_level VARCHAR CHECK (regexp_full_match(role_level, '[a-z0-9]+(-[a-z0-9]+)*')),
    band VARCHAR CHECK (band IN ('1', '2', '3', '4', '5', '6', '7', '8a', '8b', '8c', '8d', '9')),
    fte DOUBLE NOT NULL CHECK (fte > 0) CHECK (fte <= 1.5),
    contract VARCHAR NOT NULL CHECK (contract IN ('permanent', 'fixed term')),
    start_date DATE,
    end_date DATE,
    import_run BIGINT NOT NULL
);

CREATE TABLE assessment (
    organisation VARCHAR NOT NULL CHECK (regexp_full_match(organisation, '[A-Z0-9]{3,10}')),
    person VARCHAR NOT NULL CHECK (regexp_full_match(person, '[0-9a-f]{32}')),
    skill VARCHAR NOT NULL CHECK (regexp_full_match(skill, '[a-z0-9]+(-[a-z0-9]+)*')),
    rank BIGINT NOT NULL CHECK (rank >= 0) CHECK (rank <= 9),
    kind VARCHAR NOT NULL CHECK (kind IN ('self', 'manager', 'evidence', 'test')),
    assessed_on DATE NOT NULL,
    import_run BIGINT NOT NULL
);

CREATE TABLE establishment (
    organisation VARCHAR NOT NULL CHECK (regexp_full_match(organisation, '[A-Z0-9]{3,10}')),
    as_at DATE NOT NULL,
    role_level VARCHAR NOT NULL CHECK (regexp_full_match(role_level, '[a-z0-9]+(-[a-z0-9]+)*')),
    band VARCHAR NOT NULL CHECK (band IN ('1', '2', '3', '4', '5', '6', '7', '8a', '8b', '8c', '8d', '9')),
    budgeted_fte DOUBLE NOT NULL CHECK (budgeted_fte >= 0),
    contracted_fte DOUBLE CHECK (contracted_fte >= 0),
    bank_fte DOUBLE NOT NULL CHECK (bank_fte >= 0),
    agency_fte DOUBLE NOT NULL CHECK (agency_fte >= 0),
    vacancy_factor DOUBLE CHECK (vacancy_factor >= 0) CHECK (vacancy_factor < 1),
    funding_end_date DATE,
    approval_status VARCHAR CHECK (approval_status IN ('approved', 'awaiting approval', 'frozen')),
    import_run BIGINT NOT NULL
);

CREATE TABLE staff_count (
    organisation VARCHAR NOT NULL CHECK (regexp_full_match(organisation, '[A-Z0-9]{3,10}')),
    as_at DATE NOT NULL,
    staff_group VARCHAR NOT NULL CHECK (length(staff_group) >= 1),
    headcount BIGINT CHECK (headcount >= 0),
    fte DOUBLE NOT NULL CHECK (fte >= 0),
    source VARCHAR NOT NULL CHECK (length(source) >= 1),
    import_run BIGINT NOT NULL
);

CREATE TABLE aggregate_return (
    organisation VARCHAR NOT NULL CHECK (regexp_full_match(organisation, '[A-Z0-9]{3,10}')),
    as_at DATE NOT NULL,
    staff_group VARCHAR NOT NULL CHECK (length(staff_group) >= 1),
    skill VARCHAR NOT NULL CHECK (regexp_full_match(skill, '[a-z0-9]+(-[a-z0-9]+)*')),
    kind VARCHAR NOT NULL CHECK (kind IN ('self', 'manager', 'evidence', 'test')),
    rank BIGINT NOT NULL CHECK (rank >= -1) CHECK (rank <= 9),
    headcount BIGINT NOT NULL CHECK (headcount >= 0),
    import_run BIGINT NOT NULL
);

CREATE TABLE cover_target (
    organisation VARCHAR NOT NULL CHECK (regexp_full_match(organisation, '[A-Z0-9]{3,10}')),
    team VARCHAR NOT NULL,
    skill VARCHAR NOT NULL CHECK (regexp_full_match(skill, '[a-z0-9]+(-[a-z0-9]+)*')),
    rank BIGINT NOT NULL CHECK (rank >= 1) CHECK (rank <= 9),
    people BIGINT NOT NULL CHECK (people >= 1),
    import_run BIGINT NOT NULL
);

CREATE TABLE audit_form (
    organisation VARCHAR NOT NULL CHECK (regexp_full_match(organisation, '[A-Z0-9]{3,10}')),
    issued_on DATE NOT NULL,
    team VARCHAR NOT NULL CHECK (length(team) >= 1),
    headcount BIGINT NOT NULL CHECK (headcount >= 1),
    import_run BIGINT NOT NULL
);

CREATE TABLE course (
    course VARCHAR NOT NULL CHECK (regexp_full_match(course, '[a-z0-9]+(-[a-z0-9]+)*')),
    course_label VARCHAR NOT NULL CHECK (length(course_label) >= 1),
    provider VARCHAR,
    organisation VARCHAR CHECK (regexp_full_match(organisation, '[A-Z0-9]{3,10}')),
    price DOUBLE NOT NULL CHECK (price >= 0),
    hours DOUBLE NOT NULL CHECK (hours >= 0),
    weeks DOUBLE NOT NULL CHECK (weeks >= 0),
    seats DOUBLE CHECK (seats >= 0),
    completion DOUBLE CHECK (completion >= 0) CHECK (completion <= 1),
    apprenticeship_standard VARCHAR,
    source VARCHAR NOT NULL CHECK (length(source) >= 1),
    import_run BIGINT NOT NULL
);

CREATE TABLE course_effect (
    course VARCHAR NOT NULL CHECK (regexp_full_match(course, '[a-z0-9]+(-[a-z0-9]+)*')),
    skill VARCHAR NOT NULL CHECK (regexp_full_match(skill, '[a-z0-9]+(-[a-z0-9]+)*')),
    rank_before BIGINT NOT NULL CHECK (rank_before >= 0) CHECK (rank_before <= 9),
    rank_after BIGINT NOT NULL CHECK (rank_after >= 1) CHECK (rank_after <= 9),
    import_run BIGINT NOT NULL
);

CREATE TABLE recruitment_route (
    recruitment_route VARCHAR NOT NULL CHECK (regexp_full_match(recruitment_route, '[a-z0-9]+(-[a-z0-9]+)*')),
    recruitment_route_label VARCHAR NOT NULL CHECK (length(recruitment_route_label) >= 1),
    organisation VARCHAR CHECK (regexp_full_match(organisation, '[A-Z0-9]{3,10}')),
    contract VARCHAR NOT NULL CHECK (contract IN ('permanent', 'fixed term', 'contractor', 'apprentice', 'secondment')),
    cost DOUBLE NOT NULL CHECK (cost >= 0),
    weeks DOUBLE NOT NULL CHECK (weeks >= 0),
    starts DOUBLE CHECK (starts >= 0),
    source VARCHAR NOT NULL CHECK (length(source) >= 1),
    import_run BIGINT NOT NULL
);

CREATE TABLE route_profile (
    recruitment_route VARCHAR NOT NULL CHECK (regexp_full_match(recruitment_route, '[a-z0-9]+(-[a-z0-9]+)*')),
    role_level VARCHAR NOT NULL CHECK (regexp_full_match(role_level, '[a-z0-9]+(-[a-z0-9]+)*')),
    skill VARCHAR NOT NULL CHECK (regexp_full_match(skill, '[a-z0-9]+(-[a-z0-9]+)*')),
    rank BIGINT NOT NULL CHECK (rank >= 0) CHECK (rank <= 9),
    share DOUBLE NOT NULL CHECK (share >= 0) CHECK (share <= 1),
    import_run BIGINT NOT NULL
);

CREATE TABLE pay_point (
    year VARCHAR NOT NULL CHECK (regexp_full_match(year, '20[0-9]{2}/[0-9]{2}')),
    band VARCHAR NOT NULL CHECK (band IN ('1', '2', '3', '4', '5', '6', '7', '8a', '8b', '8c', '8d', '9')),
    step VARCHAR NOT NULL CHECK (length(step) >= 1),
    years_experience VARCHAR,
    salary DOUBLE NOT NULL CHECK (salary > 0),
    source VARCHAR NOT NULL CHECK (length(source) >= 1),
    import_run BIGINT NOT NULL
);

CREATE TABLE funding_stream (
    funding_stream VARCHAR NOT NULL CHECK (regexp_full_match(funding_stream, '[a-z0-9]+(-[a-z0-9]+)*')),
    funding_stream_label VARCHAR NOT NULL CHECK (length(funding_stream_label) >= 1),
    kind VARCHAR NOT NULL CHECK (kind IN ('revenue', 'capital', 'levy', 'national ring-fence', 'trust contribution')),
    import_run BIGINT NOT NULL
);

CREATE TABLE budget (
    organisation VARCHAR NOT NULL CHECK (regexp_full_match(organisation, '[A-Z0-9]{3,10}')),
    funding_stream VARCHAR NOT NULL CHECK (regexp_full_match(funding_stream, '[a-z0-9]+(-[a-z0-9]+)*')),
    year VARCHAR NOT NULL CHECK (regexp_full_match(year, '20[0-9]{2}/[0-9]{2}')),
    amount DOUBLE NOT NULL CHECK (amount >= 0),
    status VARCHAR NOT NULL CHECK (status IN ('committed', 'hoped for')),
    import_run BIGINT NOT NULL
);

CREATE TABLE calendar_event (
    organisation VARCHAR NOT NULL CHECK (regexp_full_match(organisation, '[A-Z0-9]{3,10}')),
    calendar_event VARCHAR NOT NULL CHECK (length(calendar_event) >= 1),
    start_date DATE NOT NULL,
    end_date DATE NOT NULL,
    release_share DOUBLE NOT NULL CHECK (release_share >= 0) CHECK (release_share <= 1),
    import_run BIGINT NOT NULL
);

CREATE TABLE maturity_score (
    organisation VARCHAR NOT NULL CHECK (regexp_full_match(organisation, '[A-Z0-9]{3,10}')),
    assessed_on DATE NOT NULL,
    domain VARCHAR NOT NULL CHECK (length(domain) >= 1),
    score DOUBLE NOT NULL CHECK (score >= 0),
    maximum DOUBLE NOT NULL CHECK (maximum > 0),
    source VARCHAR NOT NULL CHECK (length(source) >= 1),
    import_run BIGINT NOT NULL
);

CREATE TABLE assumption (
    assumption VARCHAR NOT NULL CHECK (regexp_full_match(assumption, '[a-z0-9]+(_[a-z0-9]+)*')),
    key VARCHAR NOT NULL,
    value DOUBLE NOT NULL,
    low DOUBLE NOT NULL,
    high DOUBLE NOT NULL,
    source VARCHAR NOT NULL CHECK (length(source) >= 1),
    owner VARCHAR NOT NULL CHECK (length(owner) >= 1),
    import_run BIGINT NOT NULL
);

CREATE TABLE mapping (
    organisation VARCHAR NOT NULL CHECK (regexp_full_match(organisation, '([A-Z0-9]{3,10})?')),
    subject VARCHAR NOT NULL CHECK (length(subject) >= 1),
    found VARCHAR NOT NULL CHECK (length(found) >= 1),
    meaning VARCHAR,
    import_run BIGINT NOT NULL
);

CREATE TABLE import_run (
    import_run BIGINT NOT NULL CHECK (import_run >= 1),
    kind VARCHAR NOT NULL CHECK (length(kind) >= 1),
    digest VARCHAR NOT NULL CHECK (regexp_full_match(digest, '[0-9a-f]{64}')),
    source VARCHAR NOT NULL CHECK (length(source) >= 1),
    organisation VARCHAR CHECK (regexp_full_match(organisation, '[A-Z0-9]{3,10}')),
    rows BIGINT NOT NULL CHECK (rows >= 0),
    imported_at TIMESTAMP NOT NULL,
    undone_at TIMESTAMP,
    PRIMARY KEY (import_run)
);

CREATE TABLE replaced_row (
    import_run BIGINT NOT NULL CHECK (import_run >= 1),
    from_import BIGINT NOT NULL CHECK (from_import >= 0),
    of_table VARCHAR NOT NULL CHECK (length(of_table) >= 1),
    content VARCHAR NOT NULL CHECK (length(content) >= 1)
);

INSERT INTO organisation
SELECT organisation, name, organisation_type, region_code, region_name, icb_code, icb_name, demonstration, 0
FROM organisation_before
ORDER BY organisation;

INSERT INTO framework
SELECT framework, regexp_replace(framework, '-20[0-9]{2}-[0-9]{2}$', ''), label, version, publisher, licence, source, ranks, active, CASE WHEN framework = 'nhs-all-staff' THEN 'all staff' ELSE 'roles' END, 0
FROM framework_before
ORDER BY framework;

INSERT INTO role_level
SELECT framework, role_family, role_family_label, role, role_label, role_level, role_level_label, level_number, suggested_band, 0
FROM role_level_before
ORDER BY framework, role_level;

INSERT INTO skill
SELECT framework, skill, skill_label, 0
FROM skill_before
ORDER BY framework, skill;

INSERT INTO requirement
SELECT framework, role_level, skill, required_rank, 0
FROM requirement_before
ORDER BY framework, role_level, skill;

INSERT INTO snapshot
SELECT snapshot, organisation, as_at, 0
FROM snapshot_before
ORDER BY organisation, as_at;

INSERT INTO person
SELECT person, organisation, 0
FROM person_before
ORDER BY organisation, person;

INSERT INTO assignment
SELECT assignment_before.organisation, snapshot, person, row_number() OVER (PARTITION BY snapshot, person ORDER BY fte DESC, team, job_title) AS assignment, age_band, team, staff_group, job_title, NULL, role_level, band, fte, contract, start_date, end_date, 0
FROM assignment_before JOIN (SELECT person, age_band FROM person_before) USING (person)
ORDER BY organisation, snapshot, person, assignment;

INSERT INTO assessment
SELECT organisation, person, skill, rank, kind, assessed_on, 0
FROM assessment_before
ORDER BY organisation, person, skill, kind, assessed_on;

INSERT INTO establishment
SELECT organisation, coalesce(as_at, DATE '2000-01-01') AS as_at, role_level, band, budgeted_fte, NULL, bank_fte, agency_fte, NULL, NULL, NULL, 0
FROM establishment_before LEFT JOIN (SELECT organisation, max(as_at) AS as_at FROM snapshot_before GROUP BY organisation) USING (organisation)
ORDER BY organisation, as_at, role_level;

INSERT INTO import_run
SELECT import_run, kind, digest, source, NULL, rows, imported_at, undone_at
FROM import_run_before;

DROP TABLE establishment_before;
DROP TABLE assessment_before;
DROP TABLE assignment_before;
DROP TABLE person_before;
DROP TABLE snapshot_before;
DROP TABLE requirement_before;
DROP TABLE skill_before;
DROP TABLE role_level_before;
DROP TABLE framework_before;
DROP TABLE organisation_before;
DROP TABLE import_run_before;
