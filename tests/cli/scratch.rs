use super::{cells::*, world::*};
#[test]
fn show() {
    for d in domains() {
        for t in [d.clone(), format!("www.{d}")] {
            let out = world().command("audit").args(["--json", &t]).output().unwrap();
            println!("== {t} exit {:?} {}", out.status.code(), String::from_utf8_lossy(&out.stderr));
            let Ok(r) = serde_json::from_slice::<serde_json::Value>(&out.stdout) else { continue };
            println!("   {}", r["headline"]);
            for s in list(&r["services"]) {
                let row = rows(&r, s["role"].as_str().unwrap());
                let _ = row;
            }
            for role in ["edge","host","gateway","mailbox","sender","dmarc","dns","tld","carrier","tenant"] {
                for row in rows(&r, role) { println!("   {:8} {:15} {:?} {:?} {} {:?} {:?}", row.role, row.state, row.run_by, row.law, row.why, row.sure, places(&r, role)); }
            }
            println!("   notes {:?}", notes(&r));
        }
    }
}
