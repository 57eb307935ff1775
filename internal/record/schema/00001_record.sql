-- +goose Up
create table record_head (
	tenant text not null,
	id text not null,
	form text not null,
	edition text not null,
	title text not null,
	version bigint not null,
	revision bigint not null,
	created_at bigint not null,
	updated_at bigint not null,
	updated_by text not null,
	removed_at bigint not null,
	primary key (tenant, id)
);
create index record_form on record_head (tenant, form, removed_at, updated_at);
create table record_answer (
	tenant text not null,
	record text not null,
	item text not null,
	answer text not null,
	plain text not null,
	version bigint not null,
	at bigint not null,
	person text not null,
	primary key (tenant, record, item)
);
create index record_answer_plain on record_answer (tenant, item, plain);
create table record_change (
	tenant text not null,
	record text not null,
	item text not null,
	version bigint not null,
	answer text not null,
	at bigint not null,
	person text not null,
	via text not null,
	primary key (tenant, record, item, version)
);
create table record_revision (
	tenant text not null,
	record text not null,
	revision bigint not null,
	doc text not null,
	sha256 text not null,
	at bigint not null,
	person text not null,
	primary key (tenant, record, revision)
);
create table record_comment (
	tenant text not null,
	id text not null,
	record text not null,
	item text not null,
	body text not null,
	at bigint not null,
	person text not null,
	resolved_at bigint not null,
	resolved_by text not null,
	primary key (tenant, id)
);
create index record_comment_record on record_comment (tenant, record, item);
create table record_file (
	tenant text not null,
	record text not null,
	item text not null,
	sha256 text not null,
	name text not null,
	type text not null,
	size bigint not null,
	at bigint not null,
	person text not null,
	removed_at bigint not null,
	primary key (tenant, record, item, sha256)
);
create table record_blob (
	tenant text not null,
	sha256 text not null,
	sealed bytea not null,
	primary key (tenant, sha256)
);
