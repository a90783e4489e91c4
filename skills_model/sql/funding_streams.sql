-- Duty: the funding streams in the store.
-- Reference: about no organisation.
-- Parameters: none.
-- Columns: as the table funding_stream.
SELECT funding_stream, funding_stream_label, kind, pays_for, carry_over_share, expiry_months, source
FROM funding_stream
ORDER BY funding_stream
