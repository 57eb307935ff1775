-- +goose Up
-- What a POST with an Idempotency-Key was answered; status 0 while it is being carried out.
create table api_idempotency (
	tenant text not null,
	sender text not null,
	key text not null,
	request text not null,
	status bigint not null,
	headers text not null,
	body text not null,
	expires bigint not null,
	primary key (tenant, sender, key)
);
create index api_idempotency_expires on api_idempotency (tenant, expires);
