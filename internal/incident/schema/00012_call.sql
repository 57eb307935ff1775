-- +goose Up
alter table incident_contact add column person text not null default '';
alter table incident_contact add column minutes bigint not null default 0;
create table incident_call (
	tenant text not null,
	incident text not null,
	id text not null,
	seq bigint not null,
	duty text not null,
	who text not null,
	phone text not null,
	other text not null,
	person text not null,
	minutes bigint not null,
	since bigint not null,
	due_at bigint not null,
	rounds bigint not null,
	reached_at bigint not null,
	manner text not null,
	remark text not null,
	entered_by text not null,
	primary key (tenant, incident, id)
);
