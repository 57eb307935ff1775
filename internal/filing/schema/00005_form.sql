-- +goose Up
alter table filing_received add column form text not null default '';
alter table filing_received add column edition text not null default '';
