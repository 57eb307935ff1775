-- +goose Up
create table filing_read (
	tenant text not null,
	filing text not null,
	revision bigint not null,
	person text not null,
	day bigint not null,
	name text not null,
	at bigint not null,
	times bigint not null,
	primary key (tenant, filing, revision, person, day)
);
