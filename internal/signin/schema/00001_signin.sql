-- +goose Up
create table signin_login (
	person text primary key,
	login text not null unique,
	at bigint not null
);
create table signin_password (
	person text primary key,
	hash text not null,
	at bigint not null
);
create table signin_strike (
	subject text primary key,
	failures bigint not null,
	last bigint not null
);
create table signin_session (
	id text primary key,
	token text not null unique,
	person text not null,
	org text not null,
	lang text not null,
	method text not null,
	mfa integer not null,
	step text not null,
	agent text not null,
	address text not null,
	opened bigint not null,
	seen bigint not null,
	expires bigint not null
);
create index signin_session_person on signin_session (person);
create index signin_session_expires on signin_session (expires);
