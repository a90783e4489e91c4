-- Duty: the funding streams in the store.
-- Reference: about no organisation.
-- Parameters: none.
-- Columns: funding_stream, funding_stream_label, kind.
SELECT funding_stream, funding_stream_label, kind
FROM funding_stream
ORDER BY funding_stream
