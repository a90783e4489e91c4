-- Staff on their way, counts that other organisations have signed off, and users' own scenarios.

CREATE OR REPLACE TABLE pipeline (
    organisation VARCHAR NOT NULL CHECK (regexp_full_match(organisation, '[A-Z0-9]{3,10}')),
    pipeline VARCHAR NOT NULL CHECK (pipeline IN ('apprentice', 'graduate', 'known starter')),
    role_level VARCHAR NOT NULL CHECK (regexp_full_match(role_level, '[a-z0-9]+(-[a-z0-9]+)*')),
    start_date DATE NOT NULL,
    band VARCHAR CHECK (band IN ('1', '2', '3', '4', '5', '6', '7', '8a', '8b', '8c', '8d', '9')),
    headcount BIGINT NOT NULL CHECK (headcount >= 1),
    fte DOUBLE NOT NULL CHECK (fte > 0),
    source VARCHAR NOT NULL CHECK (length(source) >= 1),
    import_run BIGINT NOT NULL
);

CREATE OR REPLACE TABLE organisation_return (
    organisation VARCHAR NOT NULL CHECK (regexp_full_match(organisation, '[A-Z0-9]{3,10}')),
    as_at DATE NOT NULL,
    signed_off_on DATE NOT NULL,
    signed_off_by VARCHAR NOT NULL CHECK (length(signed_off_by) >= 1),
    agreement VARCHAR NOT NULL,
    headcount BIGINT NOT NULL CHECK (headcount >= 0),
    fte DOUBLE NOT NULL CHECK (fte >= 0),
    unmapped_headcount BIGINT NOT NULL CHECK (unmapped_headcount >= 0),
    outside_fte DOUBLE NOT NULL CHECK (outside_fte >= 0),
    import_run BIGINT NOT NULL
);

CREATE OR REPLACE TABLE returned_staff (
    organisation VARCHAR NOT NULL CHECK (regexp_full_match(organisation, '[A-Z0-9]{3,10}')),
    as_at DATE NOT NULL,
    role_level VARCHAR NOT NULL CHECK (regexp_full_match(role_level, '([a-z0-9]+(-[a-z0-9]+)*)?')),
    band VARCHAR NOT NULL CHECK (band IN ('', '1', '2', '3', '4', '5', '6', '7', '8a', '8b', '8c', '8d', '9')),
    age_band VARCHAR NOT NULL CHECK (age_band IN ('under 25', '25 to 34', '35 to 44', '45 to 54', '55 to 59', '60 and over', 'unknown')),
    headcount BIGINT NOT NULL CHECK (headcount >= 1),
    fte DOUBLE NOT NULL CHECK (fte > 0),
    import_run BIGINT NOT NULL
);

CREATE OR REPLACE TABLE returned_role (
    organisation VARCHAR NOT NULL CHECK (regexp_full_match(organisation, '[A-Z0-9]{3,10}')),
    as_at DATE NOT NULL,
    role_set BIGINT NOT NULL CHECK (role_set >= 1),
    role_level VARCHAR NOT NULL CHECK (regexp_full_match(role_level, '[a-z0-9]+(-[a-z0-9]+)*')),
    headcount BIGINT NOT NULL CHECK (headcount >= 1),
    fte DOUBLE NOT NULL CHECK (fte >= 0),
    import_run BIGINT NOT NULL
);

CREATE OR REPLACE TABLE returned_skill (
    organisation VARCHAR NOT NULL CHECK (regexp_full_match(organisation, '[A-Z0-9]{3,10}')),
    as_at DATE NOT NULL,
    role_level VARCHAR NOT NULL CHECK (regexp_full_match(role_level, '[a-z0-9]+(-[a-z0-9]+)*')),
    skill VARCHAR NOT NULL CHECK (regexp_full_match(skill, '[a-z0-9]+(-[a-z0-9]+)*')),
    rank BIGINT NOT NULL CHECK (rank >= 1) CHECK (rank <= 9),
    assessed_headcount BIGINT NOT NULL CHECK (assessed_headcount >= 0),
    assessed_fte DOUBLE NOT NULL CHECK (assessed_fte >= 0),
    assessed_held DOUBLE NOT NULL CHECK (assessed_held >= 0),
    held_low DOUBLE NOT NULL CHECK (held_low >= 0),
    held DOUBLE NOT NULL CHECK (held >= 0),
    held_high DOUBLE NOT NULL CHECK (held_high >= 0),
    unknown_fte DOUBLE NOT NULL CHECK (unknown_fte >= 0),
    import_run BIGINT NOT NULL
);

CREATE OR REPLACE TABLE returned_flow (
    organisation VARCHAR NOT NULL CHECK (regexp_full_match(organisation, '[A-Z0-9]{3,10}')),
    from_date DATE NOT NULL,
    as_at DATE NOT NULL,
    flow VARCHAR NOT NULL CHECK (flow IN ('start', 'joined', 'left', 'moved')),
    role_level VARCHAR NOT NULL CHECK (regexp_full_match(role_level, '([a-z0-9]+(-[a-z0-9]+)*)?')),
    to_role_level VARCHAR NOT NULL CHECK (regexp_full_match(to_role_level, '([a-z0-9]+(-[a-z0-9]+)*)?')),
    age_band VARCHAR NOT NULL CHECK (age_band IN ('under 25', '25 to 34', '35 to 44', '45 to 54', '55 to 59', '60 and over', 'unknown')),
    headcount BIGINT NOT NULL CHECK (headcount >= 1),
    fte DOUBLE NOT NULL CHECK (fte >= 0),
    import_run BIGINT NOT NULL
);

CREATE OR REPLACE TABLE scenario (
    scenario VARCHAR NOT NULL CHECK (regexp_full_match(scenario, '[a-z0-9]+(-[a-z0-9]+)*')),
    label VARCHAR NOT NULL CHECK (length(label) >= 1),
    base VARCHAR NOT NULL,
    author VARCHAR NOT NULL CHECK (length(author) >= 1),
    reason VARCHAR NOT NULL CHECK (length(reason) >= 1),
    written_on DATE NOT NULL,
    content VARCHAR NOT NULL CHECK (length(content) >= 1),
    import_run BIGINT NOT NULL
);
