-- +goose Up
create table filing_own (
	tenant text not null,
	id text not null,
	record text not null,
	asker text not null,
	asker_ja text not null,
	asker_en text not null,
	campaign text not null,
	title_ja text not null,
	title_en text not null,
	form text not null,
	edition text not null,
	code text not null,
	marking text not null,
	due_at bigint not null,
	state text not null,
	version bigint not null,
	answered bigint not null,
	total bigint not null,
	unconfirmed bigint not null,
	checked_by text not null,
	approved_by text not null,
	submitted_at bigint not null,
	revision bigint not null,
	number bigint not null,
	note text not null,
	trial bigint not null,
	locked bigint not null,
	created_at bigint not null,
	primary key (tenant, id)
);
create index filing_own_record on filing_own (tenant, record);
create table filing_section (
	tenant text not null,
	filing text not null,
	section text not null,
	unit text not null,
	person text not null,
	due text not null,
	done_at bigint not null,
	done_by text not null,
	primary key (tenant, filing, section)
);
create table filing_step (
	tenant text not null,
	filing text not null,
	seq bigint not null,
	kind text not null,
	at bigint not null,
	person text not null,
	name text not null,
	on_behalf_of text not null,
	note text not null,
	revision bigint not null,
	number bigint not null,
	primary key (tenant, filing, seq)
);
create table filing_received (
	tenant text not null,
	id text not null,
	campaign text not null,
	party text not null,
	code text not null,
	name_ja text not null,
	name_en text not null,
	sector text not null,
	size text not null,
	state text not null,
	answered bigint not null,
	total bigint not null,
	due_at bigint not null,
	extension text not null,
	submitted_at bigint not null,
	revision bigint not null,
	number bigint not null,
	reminded_at bigint not null,
	trial bigint not null,
	primary key (tenant, id)
);
create index filing_received_campaign on filing_received (tenant, campaign, code);
create table filing_submission (
	tenant text not null,
	id text not null,
	revision bigint not null,
	campaign text not null,
	doc text not null,
	sha256 text not null,
	at bigint not null,
	number bigint not null,
	primary key (tenant, id, revision)
);
