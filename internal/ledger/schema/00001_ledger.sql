-- +goose Up
create table ledger_head (one integer primary key, size bigint not null, check (one = 1));
insert into ledger_head (one, size) values (1, 0);
create table ledger_entry (
	number bigint primary key,
	tenant text not null,
	at bigint not null,
	actor text not null,
	on_behalf_of text not null,
	kind text not null,
	object_kind text not null,
	object_id text not null,
	object_revision bigint not null,
	basis text not null,
	payload text not null,
	nonce text not null
);
create index ledger_entry_object on ledger_entry (tenant, object_kind, object_id, number);
create table ledger_hash (ix bigint primary key, hash text not null);
create table ledger_checkpoint (size bigint primary key, text text not null);
