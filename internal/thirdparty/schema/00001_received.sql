-- +goose Up
create table thirdparty_received (
	tenant text not null,
	organisation text not null,
	code text not null,
	name_ja text not null,
	name_en text not null,
	sector text not null,
	size_class text not null,
	received_at bigint not null,
	version bigint not null,
	content text not null,
	primary key (tenant, organisation)
);
