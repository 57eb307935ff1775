-- +goose Up
create table filing_question (
	tenant text not null,
	id text not null,
	filing text not null,
	thread text not null,
	seq bigint not null,
	item text not null,
	revision bigint not null,
	side text not null,
	person text not null,
	name text not null,
	body text not null,
	at bigint not null,
	primary key (tenant, id)
);
create index filing_question_filing on filing_question (tenant, filing, seq);
