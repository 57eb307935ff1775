-- +goose Up
create table thirdparty_assets (
	tenant text not null,
	organisation text not null,
	amount double precision not null,
	known_at bigint not null,
	primary key (tenant, organisation)
);
