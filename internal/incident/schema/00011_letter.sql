-- +goose Up
create table incident_letter (
	tenant text not null,
	incident text not null,
	id text not null,
	seq bigint not null,
	template text not null,
	audience text not null,
	lang text not null,
	title text not null,
	body text not null,
	state text not null,
	before_id text not null,
	authors text not null,
	approved_by text not null,
	sha256 text not null,
	created_at bigint not null,
	changed_at bigint not null,
	approved_at bigint not null,
	number bigint not null,
	reason text not null,
	version bigint not null,
	primary key (tenant, incident, id)
);
