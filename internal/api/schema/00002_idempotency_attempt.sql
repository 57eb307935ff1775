-- +goose Up
-- Status 1: the change is stored, its answer isn't kept yet. An attempt that is left
-- without a change may be taken over by a repetition.
alter table api_idempotency add column attempt bigint not null default 1;
alter table api_idempotency add column begun bigint not null default 0;
