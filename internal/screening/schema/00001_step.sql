-- +goose Up
create table screening_step (
	tenant text not null,
	record text not null,
	seq bigint not null,
	kind text not null,
	on_day text not null,
	until_day text not null,
	reference text not null,
	note text not null,
	revision bigint not null,
	sha256 text not null,
	at bigint not null,
	person text not null,
	primary key (tenant, record, seq)
);
