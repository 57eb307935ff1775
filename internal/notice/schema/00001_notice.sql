-- +goose Up
create table notice_inbox (
	tenant text not null,
	id text not null,
	person text not null,
	kind text not null,
	args text not null,
	link text not null,
	at bigint not null,
	read_at bigint,
	digest integer not null,
	primary key (tenant, id)
);
create index notice_inbox_person on notice_inbox (tenant, person, id);
create index notice_inbox_unread on notice_inbox (tenant, person, read_at);
create table notice_preference (
	tenant text not null,
	person text not null,
	mail text not null,
	primary key (tenant, person)
);
create table notice_endpoint (
	tenant text not null,
	id text not null,
	url text not null,
	kinds text not null,
	active integer not null,
	at bigint not null,
	primary key (tenant, id)
);
create table notice_delivery (
	tenant text not null,
	id text not null,
	endpoint text not null,
	kind text not null,
	link text not null,
	at bigint not null,
	tries bigint not null default 0,
	status bigint not null default 0,
	fault text not null default '',
	done_at bigint,
	primary key (tenant, id),
	foreign key (tenant, endpoint) references notice_endpoint (tenant, id)
);
create index notice_delivery_endpoint on notice_delivery (tenant, endpoint, id);
create table notice_feed (
	tenant text not null,
	person text not null,
	hash text not null unique,
	at bigint not null,
	primary key (tenant, person)
);
