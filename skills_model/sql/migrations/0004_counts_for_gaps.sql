-- What gaps are summed from: counts of staff by role levels and by ranks held. The store fills derived tables after the last step.

CREATE OR REPLACE TABLE role_count (
    organisation VARCHAR NOT NULL CHECK (regexp_full_match(organisation, '[A-Z0-9]{3,10}')),
    role_set BIGINT NOT NULL CHECK (role_set >= 1),
    role_level VARCHAR NOT NULL CHECK (regexp_full_match(role_level, '[a-z0-9]+(-[a-z0-9]+)*')),
    several BOOLEAN NOT NULL,
    headcount BIGINT NOT NULL CHECK (headcount >= 1),
    fte DOUBLE NOT NULL CHECK (fte >= 0)
);

CREATE OR REPLACE TABLE rank_count (
    organisation VARCHAR NOT NULL CHECK (regexp_full_match(organisation, '[A-Z0-9]{3,10}')),
    role_family VARCHAR NOT NULL CHECK (regexp_full_match(role_family, '[a-z0-9]+(-[a-z0-9]+)*')),
    role VARCHAR NOT NULL CHECK (regexp_full_match(role, '[a-z0-9]+(-[a-z0-9]+)*')),
    role_level VARCHAR NOT NULL CHECK (regexp_full_match(role_level, '[a-z0-9]+(-[a-z0-9]+)*')),
    skill VARCHAR NOT NULL CHECK (regexp_full_match(skill, '[a-z0-9]+(-[a-z0-9]+)*')),
    required_rank BIGINT NOT NULL CHECK (required_rank >= 1) CHECK (required_rank <= 9),
    rank BIGINT NOT NULL CHECK (rank >= 1) CHECK (rank <= 9),
    headcount BIGINT NOT NULL CHECK (headcount >= 0),
    assessed_headcount BIGINT NOT NULL CHECK (assessed_headcount >= 0),
    staff_fte DOUBLE NOT NULL CHECK (staff_fte >= 0),
    assessed_fte DOUBLE NOT NULL CHECK (assessed_fte >= 0),
    budgeted_fte DOUBLE NOT NULL CHECK (budgeted_fte >= 0),
    assessed_held DOUBLE NOT NULL CHECK (assessed_held >= 0),
    held_low DOUBLE NOT NULL CHECK (held_low >= 0),
    held DOUBLE NOT NULL CHECK (held >= 0),
    held_high DOUBLE NOT NULL CHECK (held_high >= 0),
    unknown_fte DOUBLE NOT NULL CHECK (unknown_fte >= 0)
);
