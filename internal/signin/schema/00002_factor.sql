-- +goose Up
create table signin_totp (
	person text primary key,
	secret text not null,
	pending text not null,
	pending_until bigint not null,
	step bigint not null
);
create table signin_recovery (
	person text not null,
	hash text not null,
	primary key (person, hash)
);
create table signin_passkey (
	id text primary key,
	credential text not null unique,
	person text not null,
	name text not null,
	data text not null,
	counter bigint not null,
	at bigint not null,
	used bigint not null
);
create index signin_passkey_person on signin_passkey (person);
create table signin_ceremony (
	token text primary key,
	kind text not null,
	person text not null,
	data text not null,
	expires bigint not null
);
create index signin_ceremony_expires on signin_ceremony (expires);
