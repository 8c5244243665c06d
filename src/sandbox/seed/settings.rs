//! The settings of the organization and of its users, and the time zones.

use rusqlite::Transaction;
use rusqlite::types::Value;
use uuid::Uuid;

use super::insert::{Cells, Insert, number, text};
use super::zones::ZONES;
use super::{Maker, blob, named_id};

/// Extensions that attachments may not have, as an organization starts with.
const BLOCKED: &str = "ade;adp;app;asa;ashx;asmx;asp;bas;bat;cdx;cer;chm;class;cmd;com;config;cpl;crt;csh;dll;exe;fxp;\
    hlp;hta;htr;htw;ida;idc;idq;inf;ins;isp;its;jar;js;jse;ksh;lnk;mad;maf;mag;mam;maq;mar;mas;mat;mau;mav;maw;mda;mdb;\
    mde;mdt;mdw;mdz;msc;msh;msh1;msh1xml;msh2;msh2xml;mshxml;msi;msp;mst;ops;pcd;pif;prf;prg;printer;pst;reg;rem;scf;\
    scr;sct;shb;shs;shtm;shtml;soap;stm;svg;tmp;url;vb;vbe;vbs;vsmacros;vss;vst;vsw;ws;wsc;wsf;wsh";
/// Coordinated Universal Time, in which formatted values are shown.
const UTC: i32 = 92;

pub(super) fn fill(
    transaction: &Transaction<'_>,
    organization_name: &str,
    maker: &mut Maker<'_>,
) -> rusqlite::Result<()> {
    organization(transaction, organization_name, maker)?;
    users(transaction, maker)?;
    zones(transaction, maker)
}

/// How dates and numbers are written, the same for the organization and for everybody in it.
fn formats(cells: &mut Cells) {
    cells.extend([
        ("dateformatstring", text("M/d/yyyy")),
        ("dateseparator", text("/")),
        ("timeformatstring", text("h:mm tt")),
        ("timeseparator", text(":")),
        ("amdesignator", text("AM")),
        ("pmdesignator", text("PM")),
        ("decimalsymbol", text(".")),
        ("numberseparator", text(",")),
        ("numbergroupformat", text("3")),
        ("currencysymbol", text("$")),
        ("currencydecimalprecision", number(2)),
        ("pricingdecimalprecision", number(2)),
        ("fullnameconventioncode", number(1)),
        ("dateformatcode", number(0)),
    ]);
}

fn organization(transaction: &Transaction<'_>, name: &str, maker: &mut Maker<'_>) -> rusqlite::Result<()> {
    let dollar = &maker.office.currencies[0];
    let mut cells: Cells = vec![
        ("organizationid", maker.organization.id()),
        ("name", text(name)),
        ("languagecode", number(1033)),
        ("localeid", number(1033)),
        ("basecurrencyid", dollar.id()),
        ("basecurrencyid__name", dollar.name()),
        ("basecurrencysymbol", text("$")),
        ("basecurrencyprecision", number(2)),
        ("baseisocurrencycode", text("USD")),
        ("isauditenabled", number(1)),
        ("isuseraccessauditenabled", number(0)),
        ("isreadauditenabled", number(0)),
        ("auditretentionperiodv2", number(-1)),
        ("maxuploadfilesize", number(5_242_880)),
        ("blockedattachments", text(BLOCKED)),
        ("expirechangetrackingindays", number(30)),
        ("weekstartdaycode", number(0)),
        // 2020-01-01
        ("fiscalcalendarstart", number(1_577_836_800)),
        ("fiscalperiodtype", number(2000)),
        (
            "orgdborgsettings",
            text(
                "<OrgSettings><IsMRUEnabled>true</IsMRUEnabled>\
                 <ExpireChangeTrackingInDays>30</ExpireChangeTrackingInDays>\
                 <EnableBingMapsIntegration>true</EnableBingMapsIntegration></OrgSettings>",
            ),
        ),
        ("sessiontimeoutenabled", number(0)),
        ("sessiontimeoutinmins", Value::Null),
        ("inactivitytimeoutenabled", number(0)),
        ("caseprefix", text("CAS")),
        ("currentcasenumber", number(1000)),
        ("uniquespecifierlength", number(6)),
        ("isdisabled", number(0)),
        ("schemanameprefix", text("contoso_")),
        ("systemuserid", maker.office.users[0].id()),
    ];
    formats(&mut cells);
    maker.shipped(&mut cells);
    Insert::into(transaction, "organization").add(cells)
}

fn users(transaction: &Transaction<'_>, maker: &mut Maker<'_>) -> rusqlite::Result<()> {
    let mut statement = transaction.prepare("SELECT systemuserid FROM systemuser ORDER BY rowid")?;
    let ids: Vec<Vec<u8>> = statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    let mut table = Insert::into(transaction, "usersettings");
    for id in ids {
        let mut cells: Cells = vec![
            ("systemuserid", Value::Blob(id)),
            ("businessunitid", maker.office.unit.id()),
            ("timezonecode", number(UTC)),
            ("timezonebias", number(0)),
            ("timezonedaylightbias", number(0)),
            ("timezonestandardbias", number(0)),
            ("uilanguageid", number(1033)),
            ("helplanguageid", number(1033)),
            ("localeid", number(1033)),
            ("calendartype", number(0)),
            ("longdateformatcode", number(0)),
            ("timeformatcode", number(0)),
            ("negativeformatcode", number(1)),
            ("currencyformatcode", number(0)),
            ("negativecurrencyformatcode", number(0)),
            ("paginglimit", number(50)),
            ("workdaystarttime", text("08:00")),
            ("workdaystoptime", text("17:00")),
            ("homepagearea", text("<Default>")),
            ("homepagesubarea", text("<Default>")),
        ];
        formats(&mut cells);
        maker.shipped(&mut cells);
        table.add(cells)?;
    }
    Ok(())
}

fn zones(transaction: &Transaction<'_>, maker: &mut Maker<'_>) -> rusqlite::Result<()> {
    let mut table = Insert::into(transaction, "timezonedefinition");
    for (code, bias, name, shown) in ZONES {
        let id: Uuid = named_id(&format!("time zone {code}"));
        let mut cells: Cells = vec![
            ("timezonedefinitionid", blob(id)),
            ("timezonecode", number(*code)),
            ("bias", number(*bias)),
            ("standardname", text(*name)),
            ("daylightname", text(name.replace("Standard", "Daylight"))),
            ("userinterfacename", text(format!("({}) {shown}", offset(*bias)))),
            ("retiredorder", number(0)),
        ];
        maker.in_organization(&mut cells);
        maker.shipped(&mut cells);
        table.add(cells)?;
    }
    Ok(())
}

/// `GMT-08:00` for a bias of 480 minutes.
fn offset(bias: i32) -> String {
    let sign = if bias > 0 { '-' } else { '+' };
    format!("GMT{sign}{:02}:{:02}", bias.abs() / 60, bias.abs() % 60)
}
