-- +goose Up
alter table campaign_head add column reminders text not null default '';
create table campaign_reminder (
	tenant text not null,
	campaign text not null,
	due_at bigint not null,
	days bigint not null,
	at bigint not null,
	told bigint not null,
	reached text not null,
	primary key (tenant, campaign, due_at, days)
);
