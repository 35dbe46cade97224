-- Made-up people, homes and appointments of a council that does not exist. Run at every start of the service: what is
-- there stays, and appointments of the coming weeks are added. 'ivr seed --again' starts anew.
-- Postcodes have the shape of British ones, in districts that do not exist; numbers are from Ofcom's range for fiction.

create table if not exists rounds (postcode text primary key, weekday integer, day text);
create table if not exists residents (
  reference text primary key, name text, postcode text, born text, phone text, vulnerable text, updated text
);
create table if not exists accounts (
  reference text primary key, holder text, balance text, next_payment text, next_day text, payments_left integer
);
create table if not exists permits (number text primary key, car text, until text);
create table if not exists closures (school text, day text, why text, primary key (school, day));
create table if not exists slots (slot integer primary key, day text, time text, place text);
create table if not exists bookings (
  number integer primary key, slot integer unique references slots, born text,
  said text generated always as (substr(number, 1, 1) || ' ' || substr(number, 2, 1) || ' ' || substr(number, 3, 1) || ', '
    || substr(number, 4, 1) || ' ' || substr(number, 5, 1) || ' ' || substr(number, 6, 1))  -- digit by digit, as it is read out
);
-- 'day' is the one that it is about, or the one on which it was reported first.
create table if not exists reports (
  number integer primary key, kind text, place text, about text, day text, made text default current_timestamp,
  said text generated always as (substr(number, 1, 1) || ' ' || substr(number, 2, 1) || ' ' || substr(number, 3, 1) || ', '
    || substr(number, 4, 1) || ' ' || substr(number, 5, 1) || ' ' || substr(number, 6, 1)),
  unique (kind, place, about, day)
);
create view if not exists free_report_number as
with recursive drawn (number, draw) as (
  select 100000 + abs(random() % 900000), 1
  union all select 100000 + abs(random() % 900000), draw + 1 from drawn where draw < 30
)
select number from drawn where not exists (select 1 from reports where reports.number = drawn.number) limit 1;

-- The time in Riverton, wherever the service runs: summer time lasts from the last Sunday in March, 1 o'clock UTC, to that
-- in October. From 7 o'clock on, today's bins are no longer the next ones.
create view if not exists utc as select datetime('now') as at;
create view if not exists clock as
select date(local) as today, date(local, '+17 hours') as round_from
from (
  select datetime(
    at,
    case
      when at >= datetime(at, 'start of year', '+3 months', 'weekday 0', '-7 days', '+1 hour')
        and at < datetime(at, 'start of year', '+10 months', 'weekday 0', '-7 days', '+1 hour') then '+1 hour'
      else '+0 hours'
    end
  ) as local
  from utc
);

with recursive n (i) as (select 0 union all select i + 1 from n where i < 63)
insert or ignore into rounds
select
  'SG' || (61 + i / 16) || ' ' || (1 + i / 4 % 4) || 'A' || substr('ABDE', 1 + i % 4, 1),
  2 + i / 16,
  substr('Tuesday  WednesdayThursday Friday   ', 1 + 9 * (i / 16), 9)
from n;
update rounds set day = trim(day);

with recursive n (i) as (select 1 union all select i + 1 from n where i < 400)
insert or ignore into residents
select
  30000000 + i * 12347,
  (select value from json_each('["Ada","Brian","Carol","David","Elsie","Frank","Grace","Henry","Irene","James","Karen","Lewis","Mary","Neil","Olive","Peter","Ruth","Simon","Tara","Vera"]') where key = i % 20)
  || ' '
  || (select value from json_each('["Adams","Baker","Carter","Dixon","Evans","Fisher","Green","Hill","Irwin","Jones","King","Lane","Mason","Nash","Owen","Price","Reed","Shaw","Turner","Ward"]') where key = i * 7 / 20 % 20),
  (select postcode from rounds where rowid = 1 + i % 64),
  date('1932-02-03', (i * 67 % 26000) || ' days'),
  '+447700900' || substr('000' || i, -3),
  case i % 50 when 7 then 'yes' else 'no' end,
  date('now', '-' || (i % 300) || ' days')
from n;

insert or ignore into accounts
select
  reference,
  name,
  '£' || printf('%.2f', (rowid * 137 % 1500) + 0.5),
  '£' || printf('%.2f', ((rowid * 137 % 1500) + 0.5) / (1 + rowid % 9)),
  date('now', 'start of month', '+1 month'),
  1 + rowid % 9
from residents;

insert or ignore into permits
select substr('000000' || (500000 + rowid * 211), -6),
  (select value from json_each('["a blue Ford","a red Fiat","a grey Skoda","a white van"]') where key = rowid % 4),
  date('now', (rowid * 29 % 400 - 30) || ' days')
from residents where rowid % 4 = 0;

insert or ignore into closures select 'Mill Lane Primary School', today, 'the heating has failed' from clock;

with recursive
  days (n) as (select 1 union all select n + 1 from days where n < 56),
  times (k, time) as (values (0, '09:00'), (1, '10:00'), (2, '11:00'), (3, '14:00'), (4, '15:00'), (5, '16:00'))
insert or ignore into slots
select
  100 * cast(julianday(date(today, n || ' days')) as integer) + k,
  date(today, n || ' days'),
  time,
  case k % 2 when 0 then 'the library' else 'the town hall' end
from days, times, clock where strftime('%w', date(today, n || ' days')) <> '0';

-- Two of the first ten appointments are taken, by people whose date of birth the scenarios know.
insert or ignore into bookings (number, slot, born) select 481926, slot, '1951-04-03' from slots order by slot limit 1 offset 2;
insert or ignore into bookings (number, slot, born) select 730548, slot, '1940-12-24' from slots order by slot limit 1 offset 7;
