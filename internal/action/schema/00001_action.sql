-- +goose Up
create table action_plan (
	tenant text not null,
	id text not null,
	source_kind text not null,
	source_id text not null,
	item text not null,
	title text not null,
	detail text not null,
	now_level text not null,
	next_level text not null,
	owner text not null,
	unit text not null,
	due text not null,
	cost bigint not null,
	state text not null,
	evidence text not null,
	verified_by text not null,
	verified_at bigint not null,
	created_at bigint not null,
	created_by text not null,
	version bigint not null,
	primary key (tenant, id)
);
create index action_plan_source on action_plan (tenant, source_kind, source_id);
create table action_note (
	tenant text not null,
	action text not null,
	seq bigint not null,
	at bigint not null,
	person text not null,
	name text not null,
	state text not null,
	body text not null,
	primary key (tenant, action, seq)
);
