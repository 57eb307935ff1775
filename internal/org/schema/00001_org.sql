-- +goose Up
create table organisation (
	id text primary key,
	kind text not null,
	name_ja text not null,
	name_en text not null,
	sector text not null,
	size text not null,
	grp text not null,
	centre text not null,
	jurisdiction text not null,
	version bigint not null,
	created_at bigint not null,
	ended_on text not null
);
create table organisation_flag (
	organisation text not null,
	flag text not null,
	since text not null,
	until text not null,
	primary key (organisation, flag, since)
);
create table person (
	id text primary key,
	email text not null unique,
	name text not null,
	lang text not null,
	state text not null,
	version bigint not null,
	created_at bigint not null
);
create table org_unit (
	tenant text not null,
	id text not null,
	name_ja text not null,
	name_en text not null,
	version bigint not null,
	primary key (tenant, id)
);
create table membership (
	tenant text not null,
	person text not null,
	unit text not null,
	roles text not null,
	since bigint not null,
	version bigint not null,
	primary key (tenant, person)
);
create index membership_person on membership (person);
create table tie (
	tenant text not null,
	organisation text not null,
	kind text not null,
	code text not null,
	since text not null,
	until text not null,
	primary key (tenant, organisation),
	unique (tenant, code)
);
