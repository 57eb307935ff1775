-- +goose Up
create table incident_playbook (
	tenant text not null,
	incident text not null,
	playbook text not null,
	active bigint not null,
	begun_at bigint not null,
	person text not null,
	primary key (tenant, incident, playbook)
);
alter table incident_task add column step text not null default '';
alter table incident_task add column phase text not null default '';
alter table incident_task add column doc text not null default '';
