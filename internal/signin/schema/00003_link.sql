-- +goose Up
create table signin_link (
	id text primary key,
	token text not null unique,
	kind text not null,
	org text not null,
	person text not null,
	email text not null,
	roles text not null,
	data text not null,
	made_by text not null,
	at bigint not null,
	expires bigint not null,
	used bigint not null
);
create index signin_link_org on signin_link (org, kind, at);
create index signin_link_person on signin_link (person, kind);
create table signin_token (
	id text primary key,
	token text not null unique,
	person text not null,
	org text not null,
	name text not null,
	scopes text not null,
	at bigint not null,
	expires bigint not null,
	used bigint not null
);
create index signin_token_person on signin_token (person);
create index signin_token_org on signin_token (org);
