-- +goose Up
create table incident_review (
	tenant text not null,
	incident text not null,
	form text not null,
	doc text not null,
	changed_at bigint not null,
	changed_by text not null,
	done_at bigint not null,
	done_by text not null,
	version bigint not null,
	primary key (tenant, incident)
);
create index incident_case_open on incident_case (tenant, closed_at, next_due);
create index intake_case_next on intake_case (tenant, closed_at, (case when open_clocks = 0 then 1 else 0 end), next_due, id);
create index intake_case_sums on intake_case (tenant, closed_at, next_due, next_state, waiting, questions);
create index intake_case_span on intake_case (tenant, last_at, first_at);
