-- What plans need and leave behind: offers of others, spending, adopted plans with milestones and actuals, suggested places. A check cannot be
-- changed and a constraint not added, so tables with new columns are made anew.

ALTER TABLE recruitment_route RENAME TO recruitment_route_before;
ALTER TABLE funding_stream RENAME TO funding_stream_before;
ALTER TABLE run RENAME TO run_before;

CREATE TABLE recruitment_route (
    recruitment_route VARCHAR NOT NULL CHECK (regexp_full_match(recruitment_route, '[a-z0-9]+(-[a-z0-9]+)*')),
    recruitment_route_label VARCHAR NOT NULL CHECK (length(recruitment_route_label) >= 1),
    organisation VARCHAR CHECK (regexp_full_match(organisation, '[A-Z0-9]{3,10}')),
    contract VARCHAR NOT NULL CHECK (contract IN ('permanent', 'fixed term', 'contractor', 'apprentice', 'secondment')),
    cost DOUBLE NOT NULL CHECK (cost >= 0),
    weeks DOUBLE NOT NULL CHECK (weeks >= 0),
    starts DOUBLE CHECK (starts >= 0),
    role_family VARCHAR CHECK (regexp_full_match(role_family, '[a-z0-9]+(-[a-z0-9]+)*')),
    months DOUBLE CHECK (months > 0),
    source VARCHAR NOT NULL CHECK (length(source) >= 1),
    import_run BIGINT NOT NULL
);

INSERT INTO recruitment_route (recruitment_route, recruitment_route_label, organisation, contract, cost, weeks, starts, source, import_run) SELECT recruitment_route, recruitment_route_label, organisation, contract, cost, weeks, starts, source, import_run FROM recruitment_route_before;

CREATE TABLE funding_stream (
    funding_stream VARCHAR NOT NULL CHECK (regexp_full_match(funding_stream, '[a-z0-9]+(-[a-z0-9]+)*')),
    funding_stream_label VARCHAR NOT NULL CHECK (length(funding_stream_label) >= 1),
    kind VARCHAR NOT NULL CHECK (kind IN ('revenue', 'capital', 'levy', 'national ring-fence', 'trust contribution')),
    pays_for VARCHAR CHECK (regexp_full_match(pays_for, '[a-z]+( *; *[a-z]+)*')),
    carry_over_share DOUBLE CHECK (carry_over_share >= 0) CHECK (carry_over_share <= 1),
    expiry_months DOUBLE CHECK (expiry_months > 0),
    source VARCHAR,
    import_run BIGINT NOT NULL
);

INSERT INTO funding_stream (funding_stream, funding_stream_label, kind, import_run) SELECT funding_stream, funding_stream_label, kind, import_run FROM funding_stream_before;

CREATE TABLE run (
    run VARCHAR NOT NULL CHECK (regexp_full_match(run, '[0-9a-f]{64}')),
    kind VARCHAR NOT NULL CHECK (kind IN ('plan', 'money', 'frontier')),
    organisation VARCHAR NOT NULL CHECK (regexp_full_match(organisation, '[A-Z0-9]{3,10}')),
    options VARCHAR NOT NULL,
    status VARCHAR NOT NULL CHECK (status IN ('queued', 'running', 'abandoned', 'optimal', 'feasible', 'infeasible', 'unbounded', 'stopped', 'cancelled', 'failed')),
    requested_at TIMESTAMP NOT NULL,
    finished_at TIMESTAMP,
    message VARCHAR NOT NULL,
    result VARCHAR,
    PRIMARY KEY (run)
);

INSERT INTO run (run, kind, organisation, options, status, requested_at, finished_at, message, result) SELECT run, kind, organisation, options, status, requested_at, finished_at, message, result FROM run_before;

DROP TABLE recruitment_route_before;
DROP TABLE funding_stream_before;
DROP TABLE run_before;

CREATE OR REPLACE TABLE support_offer (
    from_organisation VARCHAR NOT NULL CHECK (regexp_full_match(from_organisation, '[A-Z0-9]{3,10}')),
    organisation VARCHAR NOT NULL CHECK (regexp_full_match(organisation, '[A-Z0-9]{3,10}')),
    kind VARCHAR NOT NULL CHECK (kind IN ('share', 'mentor', 'second')),
    role_level VARCHAR NOT NULL CHECK (regexp_full_match(role_level, '([a-z0-9]+(-[a-z0-9]+)*)?')),
    skill VARCHAR NOT NULL CHECK (regexp_full_match(skill, '([a-z0-9]+(-[a-z0-9]+)*)?')),
    fte DOUBLE NOT NULL CHECK (fte > 0),
    start_date DATE NOT NULL,
    end_date DATE,
    cost DOUBLE CHECK (cost >= 0),
    travel DOUBLE CHECK (travel >= 0),
    source VARCHAR NOT NULL CHECK (length(source) >= 1),
    import_run BIGINT NOT NULL
);

CREATE OR REPLACE TABLE technology_spend (
    organisation VARCHAR NOT NULL CHECK (regexp_full_match(organisation, '[A-Z0-9]{3,10}')),
    year VARCHAR NOT NULL CHECK (regexp_full_match(year, '20[0-9]{2}/[0-9]{2}')),
    technology DOUBLE NOT NULL CHECK (technology >= 0),
    expenditure DOUBLE NOT NULL CHECK (expenditure > 0),
    source VARCHAR NOT NULL CHECK (length(source) >= 1),
    import_run BIGINT NOT NULL
);

CREATE OR REPLACE TABLE adopted_plan (
    plan VARCHAR NOT NULL CHECK (regexp_full_match(plan, '[a-z0-9]+(-[a-z0-9]+)*')),
    organisation VARCHAR NOT NULL CHECK (regexp_full_match(organisation, '[A-Z0-9]{3,10}')),
    label VARCHAR NOT NULL CHECK (length(label) >= 1),
    run VARCHAR NOT NULL CHECK (regexp_full_match(run, '[0-9a-f]{64}')),
    follows VARCHAR NOT NULL CHECK (regexp_full_match(follows, '([a-z0-9]+(-[a-z0-9]+)*)?')),
    reason VARCHAR NOT NULL CHECK (length(reason) >= 1),
    owner VARCHAR NOT NULL CHECK (length(owner) >= 1),
    adopted_on DATE NOT NULL,
    import_run BIGINT NOT NULL
);

CREATE OR REPLACE TABLE milestone (
    plan VARCHAR NOT NULL CHECK (regexp_full_match(plan, '[a-z0-9]+(-[a-z0-9]+)*')),
    milestone VARCHAR NOT NULL CHECK (regexp_full_match(milestone, '[a-z0-9]+(-[a-z0-9]+)*')),
    organisation VARCHAR NOT NULL CHECK (regexp_full_match(organisation, '[A-Z0-9]{3,10}')),
    label VARCHAR NOT NULL CHECK (length(label) >= 1),
    measure VARCHAR NOT NULL CHECK (length(measure) >= 1),
    item VARCHAR NOT NULL,
    due DATE NOT NULL,
    target DOUBLE NOT NULL,
    unit VARCHAR NOT NULL CHECK (length(unit) >= 1),
    owner VARCHAR NOT NULL CHECK (length(owner) >= 1),
    note VARCHAR NOT NULL,
    import_run BIGINT NOT NULL
);

CREATE OR REPLACE TABLE actual (
    plan VARCHAR NOT NULL CHECK (regexp_full_match(plan, '[a-z0-9]+(-[a-z0-9]+)*')),
    organisation VARCHAR NOT NULL CHECK (regexp_full_match(organisation, '[A-Z0-9]{3,10}')),
    line VARCHAR NOT NULL CHECK (length(line) >= 1),
    period BIGINT NOT NULL CHECK (period >= 1),
    amount DOUBLE NOT NULL,
    cost DOUBLE,
    note VARCHAR NOT NULL,
    recorded_on DATE NOT NULL,
    recorded_by VARCHAR NOT NULL CHECK (length(recorded_by) >= 1),
    import_run BIGINT NOT NULL
);

CREATE OR REPLACE TABLE plan_response (
    run VARCHAR NOT NULL CHECK (regexp_full_match(run, '[0-9a-f]{64}')),
    question VARCHAR NOT NULL CHECK (regexp_full_match(question, '[a-z0-9]+(-[a-z0-9]+)*')),
    organisation VARCHAR NOT NULL CHECK (regexp_full_match(organisation, '[A-Z0-9]{3,10}')),
    response VARCHAR NOT NULL CHECK (length(response) >= 1),
    owner VARCHAR NOT NULL CHECK (length(owner) >= 1),
    recorded_on DATE NOT NULL,
    import_run BIGINT NOT NULL
);

CREATE OR REPLACE TABLE place_round (
    round VARCHAR NOT NULL CHECK (regexp_full_match(round, '[a-z0-9]+(-[a-z0-9]+)*')),
    organisation VARCHAR NOT NULL CHECK (regexp_full_match(organisation, '[A-Z0-9]{3,10}')),
    run VARCHAR NOT NULL CHECK (regexp_full_match(run, '[0-9a-f]{64}')),
    purpose VARCHAR NOT NULL CHECK (length(purpose) >= 1),
    seed BIGINT NOT NULL CHECK (seed >= 0),
    suggested_on DATE NOT NULL,
    claimed DOUBLE NOT NULL CHECK (claimed >= 0),
    assigned DOUBLE NOT NULL CHECK (assigned >= 0),
    import_run BIGINT NOT NULL
);

CREATE OR REPLACE TABLE place (
    round VARCHAR NOT NULL CHECK (regexp_full_match(round, '[a-z0-9]+(-[a-z0-9]+)*')),
    place BIGINT NOT NULL CHECK (place >= 1),
    organisation VARCHAR NOT NULL CHECK (regexp_full_match(organisation, '[A-Z0-9]{3,10}')),
    person VARCHAR NOT NULL CHECK (regexp_full_match(person, '[0-9a-f]{32}')),
    team VARCHAR NOT NULL CHECK (length(team) >= 1),
    role_level VARCHAR NOT NULL CHECK (regexp_full_match(role_level, '[a-z0-9]+(-[a-z0-9]+)*')),
    skill VARCHAR NOT NULL CHECK (regexp_full_match(skill, '[a-z0-9]+(-[a-z0-9]+)*')),
    rank BIGINT NOT NULL CHECK (rank >= 1) CHECK (rank <= 9),
    line VARCHAR NOT NULL CHECK (length(line) >= 1),
    period BIGINT NOT NULL CHECK (period >= 1),
    band_of_need VARCHAR NOT NULL CHECK (band_of_need IN ('high', 'middle', 'low')),
    reason VARCHAR NOT NULL CHECK (length(reason) >= 1),
    import_run BIGINT NOT NULL
);

CREATE OR REPLACE TABLE place_decision (
    round VARCHAR NOT NULL CHECK (regexp_full_match(round, '[a-z0-9]+(-[a-z0-9]+)*')),
    place BIGINT NOT NULL CHECK (place >= 1),
    organisation VARCHAR NOT NULL CHECK (regexp_full_match(organisation, '[A-Z0-9]{3,10}')),
    decision VARCHAR NOT NULL CHECK (decision IN ('accepted', 'changed', 'declined')),
    reason VARCHAR NOT NULL CHECK (length(reason) >= 1),
    decided_by VARCHAR NOT NULL CHECK (length(decided_by) >= 1),
    decided_on DATE NOT NULL,
    challenge VARCHAR NOT NULL,
    import_run BIGINT NOT NULL
);

CREATE OR REPLACE TABLE equality_count (
    organisation VARCHAR NOT NULL CHECK (regexp_full_match(organisation, '[A-Z0-9]{3,10}')),
    round VARCHAR NOT NULL CHECK (regexp_full_match(round, '[a-z0-9]+(-[a-z0-9]+)*')),
    characteristic VARCHAR NOT NULL CHECK (length(characteristic) >= 1),
    category VARCHAR NOT NULL CHECK (length(category) >= 1),
    stage VARCHAR NOT NULL CHECK (stage IN ('eligible', 'suggested', 'accepted', 'completed')),
    headcount BIGINT NOT NULL CHECK (headcount >= 0),
    import_run BIGINT NOT NULL
);
