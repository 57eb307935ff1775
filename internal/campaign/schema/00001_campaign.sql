-- +goose Up
create table campaign_head (
	tenant text not null,
	id text not null,
	title_ja text not null,
	title_en text not null,
	form text not null,
	edition text not null,
	population text not null,
	marking text not null,
	policy text not null,
	calendar text not null,
	due_at bigint not null,
	state text not null,
	version bigint not null,
	created_by text not null,
	created_at bigint not null,
	opened_at bigint not null,
	closed_at bigint not null,
	primary key (tenant, id)
);
create table campaign_frozen (
	tenant text not null,
	campaign text not null,
	filing text not null,
	party text not null,
	code text not null,
	revision bigint not null,
	sha256 text not null,
	org text not null,
	primary key (tenant, campaign, filing)
);
create table campaign_release (
	tenant text not null,
	campaign text not null,
	state text not null,
	record text not null,
	result text not null,
	made_by text not null,
	made_at bigint not null,
	approved_by text not null,
	approved_at bigint not null,
	published_at bigint not null,
	primary key (tenant, campaign)
);
create table campaign_document (
	tenant text not null,
	campaign text not null,
	name text not null,
	lang text not null,
	party text not null,
	sha256 text not null,
	data bytea not null,
	primary key (tenant, campaign, name, lang)
);
create table campaign_return (
	tenant text not null,
	campaign text not null,
	filing text not null,
	name text not null,
	lang text not null,
	title_ja text not null,
	title_en text not null,
	asker_ja text not null,
	asker_en text not null,
	sha256 text not null,
	data bytea not null,
	published_at bigint not null,
	read_at bigint not null,
	primary key (tenant, campaign, name, lang)
);
