#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use super::*;

mod hostile;

fn named(name: &str, text: &str) -> Named {
    match read(name, text.as_bytes()).unwrap() {
        Input::Named(named) => named,
        Input::Html => panic!("{name} is taken for HTML"),
    }
}

fn written(what: &ItemTarget) -> String {
    match what {
        ItemTarget::Target(Target::Url { url, .. }) => url.clone(),
        ItemTarget::Target(target) => target.to_string(),
        ItemTarget::Region { cloud, region } => format!("{}:{region}", cloud.as_deref().unwrap_or("?")),
    }
}

/// Every place, as `LINE KIND TARGET`.
fn places(named: &Named) -> Vec<String> {
    let mut out: Vec<(u32, String)> = Vec::new();
    for item in &named.items {
        for at in &item.at {
            let kind = serde_json::to_string(&at.what).unwrap().replace('"', "").to_lowercase().replace('-', "");
            out.push((at.line, format!("{} {kind} {}", at.line, written(&item.what))));
        }
    }
    out.sort();
    out.into_iter().map(|(_, text)| text).collect()
}

/// Targets of one line of a file, in order.
fn targets(file: &str, line: &str) -> String {
    // A first line that no detection by content takes for something else.
    let text = match file.rsplit('.').next().unwrap() {
        "json" => format!("{{\n{line}\n}}"),
        "yaml" => format!("apiVersion: v1\nkind: X\n{line}\n"),
        _ => format!("two words\n{line}\n"),
    };
    let mut all: Vec<String> = named(file, &text).items.iter().map(|item| written(&item.what)).collect();
    all.sort();
    all.join(" ")
}

/// Name of the file (it stands for the kind), the line, and what it names.
const TABLE: &[(&str, &str, &str)] = &[
    // URLs of every scheme: the host, and never a credential.
    ("a.txt", "see https://www.example.fr/a?b=c#d now", "www.example.fr"),
    ("a.txt", "wss://live.mairie.fr/socket", "live.mairie.fr"),
    (".env", "DATABASE_URL=postgres://app:s3cret@db.mairie.fr:5432/app?sslmode=require", "db.mairie.fr"),
    (".env", "DATABASE_URL=postgres://app:p#ss/wo@rd@db.mairie.fr:5432/app", "db.mairie.fr"),
    (".env", "REDIS=rediss://:pw@cache.mairie.fr:6380/0", "cache.mairie.fr"),
    (".env", "M=mongodb+srv://u:p@cluster0.abcde.mongodb.net/x", "cluster0.abcde.mongodb.net"),
    (".env", "M=mongodb://u:p@a.mairie.fr:27017,b.mairie.fr:27017/x", "a.mairie.fr b.mairie.fr"),
    (".env", "Q=amqps://u:p@mq.mairie.fr/v", "mq.mairie.fr"),
    (".env", "J=jdbc:postgresql://pg.mairie.fr:5432/app", "pg.mairie.fr"),
    (".env", "DSN=https://0123abcd@o1.ingest.sentry.io/42", "o1.ingest.sentry.io"),
    ("a.txt", "go https://a.fr,https://b.fr", "a.fr b.fr"),
    ("a.txt", "to https://a.fr/?next=https://b.fr/", "a.fr b.fr"),
    ("a.txt", "at https://[2a01:111:f400::1]:8443/x", "2a01:111:f400::1"),
    ("a.txt", "at http://45.60.155.214/x", "45.60.155.214"),
    ("a.txt", "Content-Security-Policy: img-src https://*.mairie.fr", "mairie.fr"),
    ("a.txt", "file:///etc/hosts.fr and s3://bucket.name.fr/x and unix://a.fr", ""),
    ("a.xml", "<x xmlns=\"http://www.w3.org/2001/XMLSchema\" href=\"https://www.mairie.fr/\"/>", "www.mairie.fr"),
    ("a.json", "\"$schema\": \"https://json.schemastore.org/package\", \"u\": \"https://a.fr\"", "a.fr"),
    ("a.txt", "CORS http://* or https:// alone", ""),
    // Names in the position of a value.
    ("a.tf", "  domain = \"www.mairie.fr\"", "www.mairie.fr"),
    ("a.tf", "  records = [\"mx1.mairie.fr.\", \"mx2.mairie.fr.\"]", "mx1.mairie.fr mx2.mairie.fr"),
    (".env", "SMTP_HOST=smtp.sendgrid.net", "smtp.sendgrid.net"),
    (".env", "export API_HOST='api.example.dev'", "api.example.dev"),
    (".env", "BROKERS=k1.mairie.fr:9092,k2.mairie.fr:9092", "k1.mairie.fr k2.mairie.fr"),
    (".env", "CDN=cdn.mairie.fr/assets", "cdn.mairie.fr"),
    ("a.yaml", "  - host: www.mairie.fr", "www.mairie.fr"),
    ("a.yaml", "  - www.mairie.fr", "www.mairie.fr"),
    ("a.yaml", "  traefik.rule: Host(`app.mairie.fr`)", "app.mairie.fr"),
    ("nginx.conf", "  server_name www.mairie.fr mairie.info;", "mairie.info www.mairie.fr"),
    ("nginx.conf", "  proxy_pass http://api.mairie.fr:8080;", "api.mairie.fr"),
    ("a.txt", "see www.mairie.fr, please.", "www.mairie.fr"),
    ("a.txt", "see mairie-évry.fr.", "xn--mairie-vry-h7a.fr"),
    ("a.txt", "WWW.Mairie.FR is it", "www.mairie.fr"),
    ("a.txt", "the site x.azurewebsites.net and y.vercel.app", "x.azurewebsites.net y.vercel.app"),
    ("a.json", "\"bucket\": \"files.s3.eu-west-3.amazonaws.com\"", "files.s3.eu-west-3.amazonaws.com"),
    ("a.json", "\"endpoint\": \"db.abc.eu-west-3.rds.amazonaws.com\"", "db.abc.eu-west-3.rds.amazonaws.com"),
    ("a.txt", "src=//cdn.mairie.fr/x.js", "cdn.mairie.fr"),
    ("a.txt", "cookie domain=.mairie.fr", "mairie.fr"),
    ("a.txt", "git clone git@github.com:org/repo.git", "github.com"),
    (".env", "URL=user:pw@db.mairie.fr/x", "db.mairie.fr"),
    ("a.txt", "ping www.mairie.paris or intranet.bzh", "intranet.bzh www.mairie.paris"),
    ("a.csv", "Crisp,crisp.chat,chat.crisp.im", "chat.crisp.im"),
    ("a.yaml", "  host: crisp.chat", "crisp.chat"),
    (".env", "H=${API_HOST:-api.mairie.fr}", "api.mairie.fr"),
    // What only looks like a host.
    ("a.txt", "edit main.tf, app.py, index.ts, README.md, run.sh and lib.rs", ""),
    ("a.json", "\"main\": \"dist/index.js\", \"types\": \"index.d.ts\", \"bin\": \"deploy.prod.sh\"", ""),
    ("a.txt", "README.fr.md archive.zip clip.mov script.pl libfoo.so", ""),
    ("a.txt", "import com.example.app", ""),
    ("a.json", "\"package\": \"com.mairie.app\", \"id\": \"org.gnome.Shell\"", ""),
    ("a.txt", "com.google.cloud and io.grpc.services", ""),
    ("a.txt", "version 1.2.3 or v1.2.3.4 or 10.4.1-rc.1", ""),
    ("a.json", "\"version\": \"20.0.11.5\"", ""),
    ("a.tf", "  version = \"~> 5.31.0\"", ""),
    ("a.yaml", "apiVersion: networking.k8s.io/v1", ""),
    ("a.yaml", "apiVersion: apps/v1", ""),
    ("a.yaml", "  apiGroups: [\"cert-manager.io\", \"rbac.authorization.k8s.io\"]", ""),
    ("a.yaml", "    cert-manager.io/cluster-issuer: letsencrypt", ""),
    ("a.yaml", "    app.kubernetes.io/name: web", ""),
    ("a.yaml", "  name: certificates.cert-manager.io", ""),
    ("a.txt", "write to contact@mairie.fr or <dpo@mairie.fr>", ""),
    (".env", "MAIL_FROM=contact@mairie.fr", ""),
    ("a.yaml", "  member: serviceAccount:bot@mairie.fr", ""),
    ("a.txt", "host = urlObject.host; server = opts.host; h = support.HOST", ""),
    ("a.txt", "click e.target.id and self.io", ""),
    ("a.txt", "Makefile.in pyconfig.h.in", ""),
    ("a.yaml", "  command: rm -f server.pid", ""),
    ("a.tf", "  identifiers = [\"ec2.amazonaws.com\"]", ""),
    ("a.txt", "mailto:contact@mairie.fr", ""),
    ("a.tf", "  instance = aws_instance.web.id", ""),
    ("a.tf", "  region = var.region", ""),
    ("a.tf", "  name = local.names.fr", ""),
    ("a.tf", "  name = \"${var.name}.mairie.fr\"", ""),
    ("a.txt", "user.name = this.props.email; window.location.host", ""),
    ("a.txt", "axios.post(x); subprocess.run(y); console.info(z); list.at(0)", ""),
    ("a.json", "\"user.email\": \"x\", \"label\": \"form.fields.email\"", ""),
    ("a.txt", "torch.to np.ma fs.io df.lt os.name", ""),
    ("a.txt", "System.Net and ASP.NET and Node.js", ""),
    ("a.properties", "logging.level.org: debug", ""),
    ("a.properties", "server.name = x", ""),
    ("a.txt", "e.g. this, i.e. that, etc. No.", ""),
    ("a.yaml", "  value: {{ .Values.host.name }}.mairie.fr", ""),
    ("a.txt", "foo::bar.fr and a->b.fr and x==y.fr", ""),
    ("a.txt", "co.uk and gouv.fr are suffixes", ""),
    // Comments name, they do not use.
    ("a.tf", "  # see https://www.mairie.fr", ""),
    ("a.tf", "  x = 1 // www.mairie.fr", ""),
    ("a.tf", "  /* www.mairie.fr */ y = \"a.mairie.fr\"", "a.mairie.fr"),
    ("a.yaml", "  image_host: a.mairie.fr # was b.mairie.fr", "a.mairie.fr"),
    (".env", "#OLD=https://old.mairie.fr", ""),
    (".env", "P=\"a #b\" H=c.mairie.fr", "c.mairie.fr"),
    ("a.txt", "<!-- www.mairie.fr --> a.mairie.fr", "a.mairie.fr"),
    ("a.sql", "-- www.mairie.fr", ""),
    ("a.md", "# Host www.mairie.fr", "www.mairie.fr"),
    // Addresses.
    (".env", "IP=45.60.155.214", "45.60.155.214"),
    (".env", "IP=2a01:111:f400::1", "2a01:111:f400::1"),
    ("a.tf", "  cidr = \"45.60.0.0/16\"", ""),
    ("a.txt", "Mozilla/5.0 Chrome/120.0.0.0 OID 1.3.6.1.4.1", ""),
    ("a.txt", "pip install flask==1.2.3.4", ""),
    (".env", "IP=10.0.0.1 V6=fd00::1", ""),
];

#[test]
fn what_a_line_names() {
    let wrong: Vec<String> = TABLE
        .iter()
        .filter_map(|(file, line, want)| {
            let got = targets(file, line);
            (got != *want).then(|| format!("{file}: {line}\n  want {want}\n  got  {got}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{} of {} lines:\n{}", wrong.len(), TABLE.len(), wrong.join("\n"));
}

#[test]
fn no_credential_is_kept() {
    let text = "two words\nA=postgres://u:MARKER@db.mairie.fr/MARKER?x=MARKER\nB=https://u:MARKER@${HOST}/MARKER\n\
                C=https://hooks.mairie.fr/services/MARKER\nD=amqp://u:MAR#KER/MARKER@mq.mairie.fr\n\
                E=http://1.2.3.999/MARKER\nF=user:MARKER@x.mairie.fr\nG=redis://MARKER:MARKER@\n";
    for file in [".env", "a.txt", "a.tf"] {
        let found = named(file, text);
        assert!(found.items.len() >= 3, "{found:?}");
        assert!(!format!("{found:?}").contains("MARKER"), "{found:?}");
    }
    let list = named("list.txt", "https://u:MARKER@a.fr/x?MARKER#MARKER\nhttps://u:MARKER@/x\nb.fr\n");
    assert_eq!(list.kind, Kind::List);
    assert!(!format!("{list:?}").contains("MARKER"), "{list:?}");
}

#[test]
fn a_url_that_cannot_be_read_is_a_fault_with_its_place() {
    let found = named(".env", "A=x y\nB=https://${HOST}/x\nC=https://1.2.3.999/\nD=http://a b\nE=http://<host>:80/\n");
    let faults: Vec<String> = found.faults.iter().map(|f| format!("{}:{} {}", f.file, f.line, f.what)).collect();
    assert_eq!(
        faults,
        [".env:2 https URL: its host is a variable or a placeholder", ".env:3 https URL: its host is no address",]
    );
    assert_eq!(found.internal.iter().map(|at| at.line).collect::<Vec<_>>(), [4], "a bare word is inside");
}

#[test]
fn reserved_names_are_inside() {
    let text = "a b\nH=https://db.internal/\nI=http://localhost:80\nJ=http://redis:6379\nK_HOST=web.test\n\
                L=https://api.svc.cluster.local\nM=https://www.example.com/\nN=http://10.1.2.3/\nO=https://a.fr\n";
    let found = named(".env", text);
    assert_eq!(places(&found), ["9 url a.fr"]);
    assert_eq!(found.internal.iter().map(|at| at.line).collect::<Vec<_>>(), [2, 3, 4, 5, 6, 7, 8]);
    assert!(found.faults.is_empty(), "{:?}", found.faults);
}

#[test]
fn kinds_by_content_then_by_name() {
    for (name, text, want) in [
        ("x", "https://a.fr/\nb.fr # town\n\n# only a comment\n45.60.155.214\n", Kind::List),
        ("x.txt", "main.tf\napp.py\nREADME.md\n", Kind::Text),
        ("x", "<?xml version='1.0'?>\n<!-- c -->\n<urlset xmlns='x'></urlset>", Kind::Sitemap),
        ("x", "<s:sitemapindex xmlns:s='x'></s:sitemapindex>", Kind::Sitemap),
        ("x", "<project><a/></project>", Kind::Xml),
        ("x", "{\"bomFormat\":\"CycloneDX\",\"services\":[]}", Kind::CycloneDx),
        ("x", "{\"format_version\":\"1.2\",\"planned_values\":{}}", Kind::TerraformPlan),
        ("x", "{\"a\":1}", Kind::Json),
        ("x", "{ broken", Kind::Json),
        ("x", "apiVersion: v1\nkind: Service\n", Kind::Kubernetes),
        ("x", "services:\n  web:\n    image: a\n", Kind::Compose),
        ("x", "provider \"aws\" {\n}\n", Kind::Terraform),
        ("deploy/Dockerfile", "ARG A\n", Kind::Dockerfile),
        ("prod.env", "A=1 2\n", Kind::Env),
        ("vars.tfvars", "a = 1\n", Kind::Terraform),
        ("compose.yml", "x: 1\n", Kind::Compose),
        ("x", "", Kind::Text),
    ] {
        assert_eq!(named(name, text).kind, want, "{name}: {text}");
    }
    for (name, text) in [
        ("x", "<!DOCTYPE html>\n<p>"),
        ("x", "\u{feff}<HTML lang=fr>"),
        ("x", "<?xml version='1.0'?><!DOCTYPE html PUBLIC 'x'><html>"),
        ("page.html", "<p>fragment</p>"),
        ("stdin", "<!-- saved --><!doctype html><html>"),
    ] {
        assert_eq!(read(name, text.as_bytes()), Ok(Input::Html), "{name}: {text}");
    }
    assert_eq!(read("page.html", b"<!doctype html><p>\xe9t\xe9</p>"), Ok(Input::Html), "Latin-1 is the page's to say");
}

#[test]
fn files_that_cannot_be_read() {
    let utf16: Vec<u8> = "a b.fr".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(read("f", &utf16), Err(BadInput::Utf16("f".into())));
    assert_eq!(read("f", b"\xff\xfea"), Err(BadInput::Utf16("f".into())));
    assert_eq!(read("f", b"\x7fELF\0\0"), Err(BadInput::Binary("f".into(), 4)));
    assert_eq!(read("f", b"a\nb\n\xe9\n"), Err(BadInput::Encoding("f".into(), 3)));
    assert_eq!(read("f", &vec![b'a'; MAX_FILE + 1]), Err(BadInput::TooLarge("f".into())));
    assert!(matches!(read("f", b"{\"bomFormat\":\n\"CycloneDX\","), Err(BadInput::Json(_, 2, _))));
    assert_eq!(BadInput::Encoding("f".into(), 3).to_string(), "f:3: is not UTF-8");
}

#[test]
fn lists_keep_the_page_and_name_what_is_none() {
    let found = named(
        "list.txt",
        "https://www.mairie.fr/a?b\nmairie.fr\nno/target\nMAIRIE.FR\nhttps://www.mairie.fr/a\nftp://x.fr/\n",
    );
    assert_eq!(found.kind, Kind::List);
    assert_eq!(
        places(&found),
        ["1 url https://www.mairie.fr/a", "2 name mairie.fr", "4 name mairie.fr", "5 url https://www.mairie.fr/a"]
    );
    assert_eq!(found.items.len(), 2, "each target once");
    assert_eq!(found.faults.iter().map(|f| f.line).collect::<Vec<_>>(), [3, 6]);
}

#[test]
fn sitemaps() {
    let text = "<?xml version=\"1.0\"?>\n<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n\
        <url><loc>https://www.mairie.fr/?a=1&amp;b=2</loc></url>\n<!-- <loc>https://no.fr/</loc> -->\n\
        <url><loc>\n  https://www.mairie.fr/&#233;t&#xE9;\n</loc></url>\n<url><image:loc><![CDATA[https://img.mairie.fr/x]]></image:loc></url>\n\
        <url><loc>not a url</loc><lastmod>2026-01-01</lastmod></url>\n<url><loc></loc></url><loc>https://cut.fr/";
    let found = named("sitemap.xml", text);
    assert_eq!(
        places(&found),
        ["3 url https://www.mairie.fr/", "6 url https://www.mairie.fr/%C3%A9t%C3%A9", "8 url https://img.mairie.fr/x"]
    );
    assert_eq!(found.faults.iter().map(|f| f.line).collect::<Vec<_>>(), [9, 10, 10]);
    let index =
        named("x", "<sitemapindex>\n<sitemap>\n<loc>https://www.mairie.fr/s.xml</loc></sitemap></sitemapindex>");
    assert_eq!(places(&index), ["3 url https://www.mairie.fr/s.xml"]);
}

#[test]
fn compose() {
    let text = "services:\n  web:\n    image: nginx:1.27\n    environment:\n      - API=https://api.stripe.com/v1\n      \
        SMTP_HOST: smtp.mairie.fr\n  app:\n    build: .\n    image: mairie/app:dev\n  db:\n    image: \"registry.gitlab.com/a/b@sha256:00\"\n  \
        own:\n    image: registry.mairie.fr:5000/x\n  var:\n    image: ${REGISTRY}/x:1\n  tag:\n    image: ghcr.io/a/b:${TAG:-latest}\n  loc:\n    image: localhost:5000/x\n";
    let found = named("docker-compose.yml", text);
    assert_eq!(
        places(&found),
        [
            "3 imageregistry registry-1.docker.io",
            "5 url api.stripe.com",
            "6 name smtp.mairie.fr",
            "11 imageregistry registry.gitlab.com",
            "13 imageregistry registry.mairie.fr",
            "17 imageregistry ghcr.io",
        ]
    );
    assert_eq!(found.faults.len(), 1);
    assert_eq!((found.faults[0].line, found.internal[0].line), (15, 19));
}

#[test]
fn dockerfile() {
    let text = "# syntax=docker/dockerfile:1\nFROM --platform=linux/amd64 ghcr.io/a/b:1 AS build\nRUN curl https://get.mairie.fr | sh\n\
        FROM build AS test\nFROM scratch\nCOPY --from=build /a /b\nCOPY --from=quay.io/x/y /a /b\nCOPY --from=0 /a /b\nfrom debian:13\n";
    assert_eq!(
        places(&named("Dockerfile", text)),
        [
            "2 imageregistry ghcr.io",
            "3 url get.mairie.fr",
            "7 imageregistry quay.io",
            "9 imageregistry registry-1.docker.io"
        ]
    );
}

#[test]
fn kubernetes() {
    let text = "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: web\n  annotations:\n    cert-manager.io/issuer: le\n\
        spec:\n  tls:\n    - hosts:\n        - www.mairie.dev\n        - \"mairie.fr\"\n  rules:\n    - host: www.mairie.fr\n---\napiVersion: apps/v1\nkind: Deployment\n\
        spec:\n  nodeSelector:\n    topology.kubernetes.io/zone: europe-west9-a\n  containers:\n    - image: registry.k8s.io/pause:3.9\n    - image: nginx\n      \
        env:\n        - name: DB\n          value: postgres://u:p@pg.mairie.fr/x\n";
    assert_eq!(
        places(&named("x.yaml", text)),
        [
            "10 name www.mairie.dev",
            "11 name mairie.fr",
            "13 name www.mairie.fr",
            "19 region google:europe-west9",
            "21 imageregistry registry.k8s.io",
            "22 imageregistry registry-1.docker.io",
            "25 url pg.mairie.fr",
        ]
    );
}

#[test]
fn terraform_regions_and_whose_they_are() {
    let text = "terraform {\n  required_providers {\n    aws = { source = \"hashicorp/aws\" }\n  }\n  backend \"s3\" {\n    region = \"eu-west-1\"\n  }\n}\n\
        provider \"aws\" {\n  region = \"eu-west-2\"\n}\nprovider \"outscale\" {\n  region = \"eu-west-2\"\n}\n\
        resource \"azurerm_resource_group\" \"rg\" {\n  location = \"West Europe\"\n}\nvariable \"region\" {\n  default = \"fr-par\"\n}\n\
        resource \"scaleway_instance\" \"x\" { zone = \"fr-par-1\" }\nprovider \"google\" {\n  region = var.region\n  zone = \"europe-west9-a\"\n}\n\
        resource \"hcloud_server\" \"s\" {\n  location = \"ash\"\n  image = \"debian-12\"\n}\nresource \"aws_subnet\" \"s\" {\n  availability_zone = \"eu-west-3a\"\n  user_data = <<-EOF\n    curl https://boot.mairie.fr\n    server mx.mairie.fr\n  EOF\n}\n\
        provider \"ovh\" {\n  endpoint = \"ovh-eu\"\n  region = \"GRA11\"\n}\nmodule \"m\" {\n  source = \"github.com/org/mod\"\n  location = \"hil\"\n}\n";
    assert_eq!(
        places(&named("main.tf", text)),
        [
            "6 region aws:eu-west-1",
            "10 region aws:eu-west-2",
            "13 region outscale:eu-west-2",
            "16 region microsoft:westeurope",
            "19 region scaleway:fr-par",
            "21 region scaleway:fr-par",
            "24 region google:europe-west9",
            "27 region hetzner:ash",
            "31 region aws:eu-west-3",
            "33 url boot.mairie.fr",
            "34 name mx.mairie.fr",
            "39 region ovhcloud:gra11",
            "42 name github.com",
        ]
    );
}

#[test]
fn regions_by_shape() {
    for (line, want) in [
        ("AWS_REGION=eu-west-1", "aws:eu-west-1"),
        ("AWS_DEFAULT_REGION=\"eusc-de-east-1\"", "aws-eusc:eusc-de-east-1"),
        ("REGION=eu-west-3", "aws:eu-west-3"),
        ("REGION=eu-west-1", "?:eu-west-1"),
        ("REGION=eu-west-2", "?:eu-west-2"),
        ("AWS_REGION=cn-north-1", "aws-china:cn-north-1"),
        ("LOCATION=westeurope", "microsoft:westeurope"),
        ("AZURE_LOCATION=France Central", "microsoft:francecentral"),
        ("LOCATION=chinaeast2", "azure-china:chinaeast2"),
        ("GOOGLE_CLOUD_REGION=europe-west1", "google:europe-west1"),
        ("SCW_DEFAULT_REGION=fr-par", "scaleway:fr-par"),
        ("SCW_DEFAULT_ZONE=nl-ams-2", "scaleway:nl-ams"),
        ("REGION=fr-par", "?:fr-par"),
        ("OS_REGION_NAME=GRA11", "ovhcloud:gra11"),
        ("OS_REGION_NAME=DE1", ""),
        ("OVH_REGION=DE1", "ovhcloud:de1"),
        ("REGION=eu-frankfurt-1", "oracle:eu-frankfurt-1"),
        ("REGION=ch-gva-2", "exoscale:ch-gva-2"),
        ("REGION=fi-hel1", "upcloud:fi-hel1"),
        ("REGION=cn-hangzhou", "alibaba-cloud:cn-hangzhou"),
        ("AWS_REGION=cn-northwest-1", "aws-china:cn-northwest-1"),
        ("LOCATION=Paris", ""),
        ("REGION=europe", ""),
        ("NAME=eu-west-3", ""),
    ] {
        assert_eq!(targets(".env", line), want, "{line}");
    }
    let yaml = "service: x\nprovider:\n  name: aws\n  region: eu-west-1\n";
    assert_eq!(places(&named("serverless.yml", yaml)), ["4 region aws:eu-west-1"]);
}

#[test]
fn terraform_plan() {
    let plan = serde_json::json!({
        "format_version": "1.2", "terraform_version": "1.9.0",
        "variables": { "region": { "value": "eu-west-3" } },
        "planned_values": { "root_module": {
            "resources": [
                { "type": "aws_db_instance", "provider_name": "registry.terraform.io/hashicorp/aws",
                  "values": { "availability_zone": "eu-west-3b", "password": "https://secret.fr/MARKER", "endpoint": "db.mairie.fr",
                              "engine_version": "10.2.3.4", "id": "aws_instance.web.id" },
                  "sensitive_values": { "password": true } },
                { "type": "aws_ecs_task_definition", "provider_name": "registry.terraform.io/hashicorp/aws",
                  "values": { "container_definitions": "[{\"image\":\"ghcr.io/a/b:1\",\"environment\":[{\"name\":\"U\",\"value\":\"https://api.mairie.fr/x\"}]}]" } }
            ],
            "child_modules": [{ "resources": [
                { "type": "azurerm_x", "provider_name": "registry.terraform.io/hashicorp/azurerm", "values": { "location": "francecentral" } }
            ] }]
        } },
        "configuration": { "provider_config": {
            "aws": { "name": "aws", "full_name": "registry.terraform.io/hashicorp/aws", "expressions": { "region": { "references": ["var.region"] } } },
            "google": { "name": "google", "expressions": { "region": { "constant_value": "europe-west9" } } }
        } }
    });
    let found = named("plan.json", &plan.to_string());
    assert_eq!(found.kind, Kind::TerraformPlan);
    assert_eq!(
        places(&found),
        [
            "0 imageregistry ghcr.io",
            "0 name db.mairie.fr",
            "0 region aws:eu-west-3",
            "0 region google:europe-west9",
            "0 region microsoft:francecentral",
            "0 url api.mairie.fr",
        ]
    );
    let state = "{\"format_version\":\"1.0\",\"values\":{\"root_module\":{\"resources\":[{\"provider_name\":\"x/scaleway\",\"values\":{\"zone\":\"fr-par-2\"}}]}}}";
    assert_eq!(places(&named("state.json", state)), ["0 region scaleway:fr-par"]);
}

#[test]
fn bill_of_materials() {
    let bom = serde_json::json!({
        "bomFormat": "CycloneDX", "specVersion": "1.6",
        "components": [{ "name": "x", "externalReferences": [{ "type": "website", "url": "https://no.fr/" }] }],
        "services": [
            { "name": "payment", "provider": { "name": "Stripe", "url": ["https://stripe.com"] },
              "endpoints": ["https://api.stripe.com/v1", "https://k:MARKER@hooks.stripe.com/"],
              "services": [{ "name": "inner", "endpoints": ["mq.mairie.fr:5671", "/relative", "https://{host}/"] }] },
            { "name": "mail", "provider": { "url": ["https://www.mailjet.com/"] } },
            { "name": "unknown" }
        ]
    });
    let found = named("bom.json", &bom.to_string());
    assert_eq!(
        places(&found),
        [
            "0 service api.stripe.com",
            "0 service hooks.stripe.com",
            "0 service mq.mairie.fr",
            "0 service www.mailjet.com"
        ]
    );
    let faults: Vec<&str> = found.faults.iter().map(|f| f.what.as_str()).collect();
    assert_eq!(
        faults,
        [
            "service inner: an endpoint without a host",
            "service inner: its host is a variable or a placeholder",
            "service unknown: neither an endpoint nor a URL of its provider",
        ]
    );
    assert!(!format!("{found:?}").contains("MARKER"));
}

#[test]
fn same_target_keeps_all_places() {
    let found = named(".env", "A B\nX=https://a.fr/1\nY=https://a.fr/2\nZ_HOST=a.fr\nY=https://b.fr https://a.fr\n");
    assert_eq!(found.items.len(), 2);
    assert_eq!(places(&found), ["2 url a.fr", "3 url a.fr", "4 name a.fr", "5 url a.fr", "5 url b.fr"]);
    assert_eq!(written(&found.items[0].what), "a.fr");
}

#[test]
fn one_long_line_is_read_whole() {
    let entries: Vec<String> = (0..3000)
        .map(|n| format!("{{\"name\":\"x, y\",\"host\":\"h{n}.mairie.fr\",\"url\":\"https://u{n}.mairie.fr/x\"}}"))
        .collect();
    let found = named("x.json", &format!("[{}]", entries.join(",")));
    assert_eq!(found.items.len(), 6000);
    assert!(found.items.iter().all(|item| item.at.len() == 1 && item.at[0].line == 1));
}
