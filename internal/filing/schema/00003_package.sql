-- +goose Up
create table filing_package (
	tenant text not null,
	id text not null,
	filing text not null,
	manifest text not null,
	scope text not null,
	issued_at bigint not null,
	person text not null,
	name text not null,
	returned text not null,
	returned_at bigint not null,
	returned_by text not null,
	primary key (tenant, id)
);
create index filing_package_filing on filing_package (tenant, filing, issued_at);
