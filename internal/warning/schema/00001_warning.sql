-- +goose Up
create table warning_case (
	tenant text not null,
	id text not null,
	reference text not null,
	exercise bigint not null,
	provider text not null,
	vendor text not null,
	tlp text not null,
	title text not null,
	body text not null,
	state text not null,
	due_at bigint not null,
	maker text not null,
	approver text not null,
	created_at bigint not null,
	sent_at bigint not null,
	reason text not null,
	number bigint not null,
	version bigint not null,
	primary key (tenant, id)
);
create table warning_source (
	tenant text not null,
	warning text not null,
	incident text not null,
	organisation text not null,
	code text not null,
	name_ja text not null,
	name_en text not null,
	reference text not null,
	primary key (tenant, warning, incident)
);
create table warning_party (
	tenant text not null,
	warning text not null,
	organisation text not null,
	code text not null,
	name_ja text not null,
	name_en text not null,
	reach bigint not null,
	functions bigint not null,
	seen_at bigint not null,
	answer text not null,
	note text not null,
	answered_at bigint not null,
	primary key (tenant, warning, organisation)
);
create table warning_received (
	tenant text not null,
	id text not null,
	sender text not null,
	sender_ja text not null,
	sender_en text not null,
	reference text not null,
	vendor text not null,
	tlp text not null,
	title text not null,
	body text not null,
	sent_at bigint not null,
	due_at bigint not null,
	recalled_at bigint not null,
	reason text not null,
	seen_at bigint not null,
	seen_by text not null,
	answer text not null,
	note text not null,
	answered_at bigint not null,
	answered_by text not null,
	primary key (tenant, id)
);
create index warning_received_open on warning_received (tenant, answered_at, due_at);
