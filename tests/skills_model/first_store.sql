-- A store as the first version made it, from one of today that holds the small world.
DROP TABLE framework_rank;
DROP TABLE description;
DROP TABLE crosswalk;
DROP TABLE staff_count;
DROP TABLE aggregate_return;
DROP TABLE cover_target;
DROP TABLE audit_form;
DROP TABLE course;
DROP TABLE course_effect;
DROP TABLE recruitment_route;
DROP TABLE route_profile;
DROP TABLE pay_point;
DROP TABLE funding_stream;
DROP TABLE budget;
DROP TABLE calendar_event;
DROP TABLE maturity_score;
DROP TABLE assumption;
DROP TABLE mapping;
DROP TABLE replaced_row;
ALTER TABLE organisation RENAME TO now_organisation;
ALTER TABLE framework RENAME TO now_framework;
ALTER TABLE role_level RENAME TO now_role_level;
ALTER TABLE skill RENAME TO now_skill;
ALTER TABLE requirement RENAME TO now_requirement;
ALTER TABLE snapshot RENAME TO now_snapshot;
ALTER TABLE person RENAME TO now_person;
ALTER TABLE assignment RENAME TO now_assignment;
ALTER TABLE assessment RENAME TO now_assessment;
ALTER TABLE establishment RENAME TO now_establishment;
ALTER TABLE run RENAME TO now_run;
ALTER TABLE import_run RENAME TO now_import_run;
CREATE TABLE organisation (
    organisation VARCHAR NOT NULL CHECK (regexp_full_match(organisation, '[A-Z0-9]{3,10}')),
    name VARCHAR NOT NULL CHECK (length(name) >= 1),
    organisation_type VARCHAR NOT NULL CHECK (length(organisation_type) >= 1),
    region_code VARCHAR,
    region_name VARCHAR,
    icb_code VARCHAR,
    icb_name VARCHAR,
    demonstration BOOLEAN NOT NULL,
    PRIMARY KEY (organisation)
);
CREATE TABLE framework (
    framework VARCHAR NOT NULL CHECK (regexp_full_match(framework, '[a-z0-9]+(-[a-z0-9]+)*')),
    label VARCHAR NOT NULL,
    version VARCHAR NOT NULL,
    publisher VARCHAR NOT NULL,
    licence VARCHAR NOT NULL,
    source VARCHAR NOT NULL,
    ranks BIGINT NOT NULL CHECK (ranks >= 1) CHECK (ranks <= 9),
    active BOOLEAN NOT NULL,
    PRIMARY KEY (framework)
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
    suggested_band VARCHAR CHECK (suggested_band IN ('1', '2', '3', '4', '5', '6', '7', '8a', '8b', '8c', '8d', '9'))
);
CREATE TABLE skill (
    framework VARCHAR NOT NULL CHECK (regexp_full_match(framework, '[a-z0-9]+(-[a-z0-9]+)*')),
    skill VARCHAR NOT NULL CHECK (regexp_full_match(skill, '[a-z0-9]+(-[a-z0-9]+)*')),
    skill_label VARCHAR NOT NULL
);
CREATE TABLE requirement (
    framework VARCHAR NOT NULL CHECK (regexp_full_match(framework, '[a-z0-9]+(-[a-z0-9]+)*')),
    role_level VARCHAR NOT NULL CHECK (regexp_full_match(role_level, '[a-z0-9]+(-[a-z0-9]+)*')),
    skill VARCHAR NOT NULL CHECK (regexp_full_match(skill, '[a-z0-9]+(-[a-z0-9]+)*')),
    required_rank BIGINT NOT NULL CHECK (required_rank >= 1) CHECK (required_rank <= 9)
);
CREATE TABLE snapshot (
    snapshot BIGINT NOT NULL CHECK (snapshot >= 1),
    organisation VARCHAR NOT NULL CHECK (regexp_full_match(organisation, '[A-Z0-9]{3,10}')),
    as_at DATE NOT NULL
);
CREATE TABLE person (
    person VARCHAR NOT NULL CHECK (regexp_full_match(person, '[0-9a-f]{32}')),
    organisation VARCHAR NOT NULL CHECK (regexp_full_match(organisation, '[A-Z0-9]{3,10}')),
    age_band VARCHAR NOT NULL CHECK (age_band IN ('under 25', '25 to 34', '35 to 44', '45 to 54', '55 to 59', '60 and over', 'unknown'))
);
CREATE TABLE assignment (
    organisation VARCHAR NOT NULL CHECK (regexp_full_match(organisation, '[A-Z0-9]{3,10}')),
    snapshot BIGINT NOT NULL CHECK (snapshot >= 1),
    person VARCHAR NOT NULL CHECK (regexp_full_match(person, '[0-9a-f]{32}')),
    team VARCHAR NOT NULL CHECK (length(team) >= 1),
    staff_group VARCHAR NOT NULL CHECK (length(staff_group) >= 1),
    job_title VARCHAR NOT NULL CHECK (length(job_title) >= 1),
    role_level VARCHAR CHECK (regexp_full_match(role_level, '[a-z0-9]+(-[a-z0-9]+)*')),
    band VARCHAR NOT NULL CHECK (band IN ('1', '2', '3', '4', '5', '6', '7', '8a', '8b', '8c', '8d', '9')),
    fte DOUBLE NOT NULL CHECK (fte > 0) CHECK (fte <= 1.5),
    contract VARCHAR NOT NULL CHECK (contract IN ('permanent', 'fixed term')),
    start_date DATE NOT NULL,
    end_date DATE
);
CREATE TABLE assessment (
    organisation VARCHAR NOT NULL CHECK (regexp_full_match(organisation, '[A-Z0-9]{3,10}')),
    person VARCHAR NOT NULL CHECK (regexp_full_match(person, '[0-9a-f]{32}')),
    skill VARCHAR NOT NULL CHECK (regexp_full_match(skill, '[a-z0-9]+(-[a-z0-9]+)*')),
    rank BIGINT NOT NULL CHECK (rank >= 0) CHECK (rank <= 9),
    kind VARCHAR NOT NULL CHECK (kind IN ('self', 'manager', 'evidence', 'test')),
    assessed_on DATE NOT NULL
);
CREATE TABLE establishment (
    organisation VARCHAR NOT NULL CHECK (regexp_full_match(organisation, '[A-Z0-9]{3,10}')),
    role_level VARCHAR NOT NULL CHECK (regexp_full_match(role_level, '[a-z0-9]+(-[a-z0-9]+)*')),
    band VARCHAR NOT NULL CHECK (band IN ('1', '2', '3', '4', '5', '6', '7', '8a', '8b', '8c', '8d', '9')),
    budgeted_fte DOUBLE NOT NULL CHECK (budgeted_fte >= 0),
    bank_fte DOUBLE NOT NULL CHECK (bank_fte >= 0),
    agency_fte DOUBLE NOT NULL CHECK (agency_fte >= 0)
);
CREATE TABLE run (
    run VARCHAR NOT NULL CHECK (regexp_full_match(run, '[0-9a-f]{64}')),
    kind VARCHAR NOT NULL CHECK (kind IN ('plan')),
    organisation VARCHAR NOT NULL CHECK (regexp_full_match(organisation, '[A-Z0-9]{3,10}')),
    options VARCHAR NOT NULL,
    status VARCHAR NOT NULL CHECK (status IN ('queued', 'running', 'abandoned', 'optimal', 'feasible', 'infeasible', 'unbounded', 'stopped', 'cancelled', 'failed')),
    requested_at TIMESTAMP NOT NULL,
    finished_at TIMESTAMP,
    message VARCHAR NOT NULL,
    result VARCHAR,
    PRIMARY KEY (run)
);
CREATE TABLE import_run (
    import_run BIGINT NOT NULL CHECK (import_run >= 1),
    kind VARCHAR NOT NULL CHECK (length(kind) >= 1),
    digest VARCHAR NOT NULL CHECK (regexp_full_match(digest, '[0-9a-f]{64}')),
    source VARCHAR NOT NULL CHECK (length(source) >= 1),
    rows BIGINT NOT NULL CHECK (rows >= 0),
    imported_at TIMESTAMP NOT NULL,
    undone_at TIMESTAMP,
    PRIMARY KEY (import_run)
);
INSERT INTO organisation SELECT organisation, name, organisation_type, region_code, region_name, icb_code, icb_name, demonstration FROM now_organisation;
INSERT INTO framework SELECT framework, label, version, publisher, licence, source, ranks, active FROM now_framework;
INSERT INTO role_level SELECT framework, role_family, role_family_label, role, role_label, role_level, role_level_label, level_number, suggested_band FROM now_role_level;
INSERT INTO skill SELECT framework, skill, skill_label FROM now_skill;
INSERT INTO requirement SELECT framework, role_level, skill, required_rank FROM now_requirement;
INSERT INTO snapshot SELECT snapshot, organisation, as_at FROM now_snapshot;
INSERT INTO person SELECT person, organisation, coalesce(age_band, 'unknown') FROM now_person LEFT JOIN (SELECT DISTINCT person, age_band FROM now_assignment) USING (person);
INSERT INTO assignment SELECT organisation, snapshot, person, team, staff_group, job_title, role_level, band, fte, contract, start_date, end_date FROM now_assignment;
INSERT INTO assessment SELECT organisation, person, skill, rank, kind, assessed_on FROM now_assessment;
INSERT INTO establishment SELECT organisation, role_level, band, budgeted_fte, bank_fte, agency_fte FROM now_establishment;
INSERT INTO import_run SELECT import_run, kind, digest, source, rows, imported_at, undone_at FROM now_import_run;
DROP TABLE now_organisation;
DROP TABLE now_framework;
DROP TABLE now_role_level;
DROP TABLE now_skill;
DROP TABLE now_requirement;
DROP TABLE now_snapshot;
DROP TABLE now_person;
DROP TABLE now_assignment;
DROP TABLE now_assessment;
DROP TABLE now_establishment;
DROP TABLE now_run;
DROP TABLE now_import_run;
