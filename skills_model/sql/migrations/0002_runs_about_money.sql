-- A check cannot be changed, so the table is made anew: runs may now be of kind money too.
ALTER TABLE run RENAME TO run_before;

CREATE TABLE run (
    run VARCHAR CHECK (regexp_full_match(run, '[0-9a-f]{64}')),
    kind VARCHAR NOT NULL CHECK (kind IN ('plan', 'money')),
    organisation VARCHAR NOT NULL CHECK (regexp_full_match(organisation, '[A-Z0-9]{3,10}')),
    options VARCHAR NOT NULL,
    status VARCHAR NOT NULL CHECK (
        status IN ('queued', 'running', 'abandoned', 'optimal', 'feasible', 'infeasible', 'unbounded', 'stopped', 'cancelled', 'failed')
    ),
    requested_at TIMESTAMP NOT NULL,
    finished_at TIMESTAMP,
    message VARCHAR NOT NULL,
    result VARCHAR,
    PRIMARY KEY (run)
);

INSERT INTO run SELECT run, kind, organisation, options, status, requested_at, finished_at, message, result FROM run_before;

DROP TABLE run_before;
