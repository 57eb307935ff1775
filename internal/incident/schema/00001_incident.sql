-- +goose Up
create table incident_case (
	tenant text not null,
	id text not null,
	reference text not null,
	exercise bigint not null,
	title text not null,
	state text not null,
	owner text not null,
	zone text not null,
	opened_at bigint not null,
	opened_by text not null,
	closed_at bigint not null,
	level text not null,
	next_stage text not null,
	next_state text not null,
	next_due bigint not null,
	open_clocks bigint not null,
	version bigint not null,
	primary key (tenant, id)
);
create unique index incident_case_reference on incident_case (tenant, reference);
create table incident_fact (
	tenant text not null,
	incident text not null,
	seq bigint not null,
	fact text not null,
	doc text not null,
	entered_at bigint not null,
	person text not null,
	primary key (tenant, incident, seq)
);
create table incident_standing (
	tenant text not null,
	fact text not null,
	doc text not null,
	changed_at bigint not null,
	person text not null,
	primary key (tenant, fact)
);
create table incident_contact (
	tenant text not null,
	seq bigint not null,
	duty text not null,
	who text not null,
	phone text not null,
	other text not null,
	level text not null,
	primary key (tenant, seq)
);
create table incident_clock (
	tenant text not null,
	incident text not null,
	stage text not null,
	state text not null,
	start_at bigint not null,
	due_at bigint not null,
	met_at bigint not null,
	provisional bigint not null,
	changed_at bigint not null,
	primary key (tenant, incident, stage)
);
create table incident_log (
	tenant text not null,
	incident text not null,
	seq bigint not null,
	kind text not null,
	at bigint not null,
	entered_at bigint not null,
	known_at bigint not null,
	person text not null,
	name text not null,
	body_ja text not null,
	body_en text not null,
	options text not null,
	reason text not null,
	primary key (tenant, incident, seq)
);
create table incident_task (
	tenant text not null,
	incident text not null,
	id text not null,
	title text not null,
	owner text not null,
	due_at bigint not null,
	state text not null,
	done_at bigint not null,
	created_at bigint not null,
	created_by text not null,
	version bigint not null,
	primary key (tenant, incident, id)
);
create table incident_duty (
	tenant text not null,
	incident text not null,
	duty text not null,
	person text not null,
	since bigint not null,
	primary key (tenant, incident, duty)
);
create table incident_evidence (
	tenant text not null,
	incident text not null,
	id text not null,
	title text not null,
	sha256 text not null,
	size bigint not null,
	obtained_at bigint not null,
	holder text not null,
	place text not null,
	created_at bigint not null,
	created_by text not null,
	primary key (tenant, incident, id)
);
create table incident_custody (
	tenant text not null,
	incident text not null,
	evidence text not null,
	seq bigint not null,
	at bigint not null,
	holder text not null,
	place text not null,
	reason text not null,
	person text not null,
	name text not null,
	number bigint not null,
	primary key (tenant, incident, evidence, seq)
);
create table incident_report (
	tenant text not null,
	incident text not null,
	id text not null,
	seq bigint not null,
	stage text not null,
	form text not null,
	recipient text not null,
	to_ja text not null,
	to_en text not null,
	state text not null,
	manner text not null,
	before_id text not null,
	known_at bigint not null,
	doc text not null,
	sha256 text not null,
	drafted_by text not null,
	checked_by text not null,
	approved_by text not null,
	submitted_by text not null,
	created_at bigint not null,
	submitted_at bigint not null,
	accepted_at bigint not null,
	number bigint not null,
	reason text not null,
	version bigint not null,
	primary key (tenant, incident, id)
);
create table incident_question (
	tenant text not null,
	incident text not null,
	id text not null,
	report text not null,
	asker text not null,
	asker_ja text not null,
	asker_en text not null,
	fact text not null,
	field_ja text not null,
	field_en text not null,
	body text not null,
	asked_at bigint not null,
	due_at bigint not null,
	answer text not null,
	answered_at bigint not null,
	answered_by text not null,
	primary key (tenant, incident, id)
);
create table intake_scope (
	tenant text not null,
	rule text not null,
	since bigint not null,
	person text not null,
	primary key (tenant, rule)
);
create table intake_case (
	tenant text not null,
	id text not null,
	party text not null,
	code text not null,
	name_ja text not null,
	name_en text not null,
	reference text not null,
	title text not null,
	kind text not null,
	first_at bigint not null,
	last_at bigint not null,
	reports bigint not null,
	waiting bigint not null,
	questions bigint not null,
	next_stage text not null,
	next_state text not null,
	next_due bigint not null,
	open_clocks bigint not null,
	closed_at bigint not null,
	primary key (tenant, id)
);
create index intake_case_due on intake_case (tenant, closed_at, next_due);
create table intake_report (
	tenant text not null,
	id text not null,
	incident text not null,
	party text not null,
	seq bigint not null,
	stage text not null,
	form text not null,
	state text not null,
	manner text not null,
	before_id text not null,
	known_at bigint not null,
	doc text not null,
	sha256 text not null,
	due_at bigint not null,
	submitted_at bigint not null,
	accepted_at bigint not null,
	accepted_by text not null,
	number bigint not null,
	reason text not null,
	primary key (tenant, id)
);
create index intake_report_incident on intake_report (tenant, incident, seq);
create table intake_clock (
	tenant text not null,
	incident text not null,
	stage text not null,
	state text not null,
	due_at bigint not null,
	met_at bigint not null,
	primary key (tenant, incident, stage)
);
create table intake_question (
	tenant text not null,
	id text not null,
	incident text not null,
	report text not null,
	fact text not null,
	field_ja text not null,
	field_en text not null,
	body text not null,
	asked_at bigint not null,
	asked_by text not null,
	due_at bigint not null,
	answer text not null,
	answered_at bigint not null,
	primary key (tenant, id)
);
