-- +goose Up
create table signin_account (
	issuer text not null,
	subject text not null,
	person text not null,
	at bigint not null,
	primary key (issuer, subject),
	unique (issuer, person)
);
create index signin_account_person on signin_account (person);
