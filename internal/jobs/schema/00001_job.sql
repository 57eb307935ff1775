-- +goose Up
create table job (
	tenant text not null,
	kind text not null,
	name text not null,
	due bigint not null,
	payload text not null,
	wake bigint,
	lease text not null default '',
	attempts bigint not null default 0,
	fault text not null default '',
	primary key (tenant, kind, name)
);
create index job_wake on job (kind, wake);
