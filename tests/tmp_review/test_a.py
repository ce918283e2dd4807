import io, zipfile, lzma, time
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.test import Client
from eservices.cases.models import Case, CaseLink
from tests.factories.cases import CaseFactory, member
from tests.factories.home import make_site
from tests.factories.accounts import UserFactory
from tests.factories.submissions import FormVersionFactory, TYPED
pytestmark = pytest.mark.django_db(transaction=False)
CTRL = '"\x01"@example.ch'

def c():
    return Client(raise_request_exception=True)

@pytest.fixture(autouse=True)
def site(db): return make_site()

def link(case, mailed=True):
    made = CaseLink.objects.create(case=case, mailed=mailed)
    return reverse("space:status", args=[made.secret])

def test_withdraw_nul():
    case = CaseFactory()
    r = c().post(link(case) + "retirer/", {"reason": "a\0b"})
    assert r.status_code == 302

@pytest.mark.parametrize("h", [{"Origin": "http://["}, {"Origin": "null"}, {"Referer": "http://[x"}, {"Sec-Fetch-Site": "same-origin", "Referer": "http://[x"}])
def test_sub(h):
    r = c().post("/infolettre/", {"email": "a@example.ch"}, headers=h)
    assert r.status_code in (302, 403)

def test_sub_ctrl():
    r = c().post("/infolettre/", {"email": CTRL}, headers={"Origin": "http://testserver"})
    assert r.status_code == 422

def test_login_ctrl():
    r = c().post("/compte/entrer/", {"email": CTRL})
    assert r.status_code in (200, 422, 302); print(r.status_code)

@pytest.mark.parametrize("e", ['"a b"@example.ch', 'x'*64+'@'+'y'*63+'.'+'z'*63+'.ch', 'é@example.ch', 'a@exämple.ch', 'a@[127.0.0.1]', "o'x@example.ch", '"a,b@c"@example.ch', '"\\\x09"@example.ch'])
def test_emails(e):
    r = c().post("/compte/entrer/", {"email": e}); print(e, r.status_code)
    r = c().post("/infolettre/", {"email": e}, headers={"Origin": "http://testserver"}); print(r.status_code)

@pytest.mark.parametrize("n", ["//evil.com", "https://evil.com", "/\\evil.com", "javascript:alert(1)", "/espace/"])
def test_next(n):
    from django.core import mail
    from eservices.deliveries.models import Delivery
    cl = c()
    cl.post("/compte/entrer/?next=" + n, {"email": "a@example.ch", "next": n})
    import re
    code = re.search(r"\b(\d{6})\b", mail.outbox[-1].body if mail.outbox else Delivery.objects.last().payload["text"]).group(1)
    r = cl.post("/compte/entrer/code/", {"code": code, "next": n})
    print(n, r.status_code, r.get("Location"))
    assert r.status_code == 302 and r["Location"] in ("/espace/",), r["Location"]

def test_draft_ctrl():
    from eservices.submissions.models import Draft
    from tests.factories.cases import TeamFactory
    TeamFactory(); v = FormVersionFactory(); cl = c()
    cl.post("/demande/attestation/", {"_shown": "pour", "pour": "moi"})
    d = Draft.objects.get()
    for s in ("identite", "contact", "document"):
        t = dict(TYPED[s])
        if s == "contact": t["courriel"] = CTRL
        r = cl.post(reverse("submissions:step", args=[d.secret, s]), t); print(s, r.status_code, r.get("Location"))
    r = cl.post(reverse("submissions:send", args=[d.secret]), {"declared": "1"}); print(r.status_code, r.get("Location"))
    r = cl.post(reverse("submissions:resume_mail", args=[d.secret]), {"email": CTRL}); print(r.status_code)

def test_lzma():
    from eservices.submissions import uploads
    from django.core.exceptions import ValidationError
    b = io.BytesIO()
    with zipfile.ZipFile(b, "w", zipfile.ZIP_LZMA) as z: z.writestr("mimetype", "x" * 300)
    raw = bytearray(b.getvalue()); i = raw.find(b"mimetype") + 8 + 4
    for k in range(i+5, i + 25): raw[k] ^= 0xFF
    with pytest.raises(ValidationError): uploads.check(SimpleUploadedFile("a.odt", bytes(raw)))

@pytest.mark.parametrize("seed", range(400))
def test_zipfuzz(seed):
    import random
    from eservices.submissions import uploads
    from django.core.exceptions import ValidationError
    rnd = random.Random(seed)
    b = io.BytesIO(); m = rnd.choice([0, 8, 12, 14])
    with zipfile.ZipFile(b, "w", m) as z: z.writestr("mimetype", uploads.TYPES["odt"]); z.writestr("é.xml", "y"*50)
    raw = bytearray(b.getvalue())
    for _ in range(rnd.randint(1, 4)): raw[rnd.randrange(len(raw))] = rnd.randrange(256)
    try: uploads.check(SimpleUploadedFile("a.odt", bytes(raw)))
    except ValidationError: pass

def test_search_leak():
    from wagtail.models import PageViewRestriction
    from home.models import SearchEntry, ContentPage, HomePage
    home = HomePage.objects.first()
    p = home.add_child(instance=ContentPage(title="Confidentiel xyzzy", slug="conf", lead="secret plugh"))
    p.save_revision().publish()
    assert "plugh" in c().get("/recherche/?q=xyzzy").text
    PageViewRestriction.objects.create(page=p, restriction_type="login")
    assert "plugh" not in c().get("/recherche/?q=xyzzy").text

Q = ["\0", "'", '"', "a" * 5000, "OR", "NOT AND", "NEAR(", "*", "a*", "a:b", "%", "_", "\\", "&|!()", "<:>", "𝒜", "ﬁ", "e\u0301", "\ufffe", "١٢٣", "a_b", "-", "col:x", "AND", "NEAR", "é"*100, "ß", "\u200b", "__ __", "a\u0000b", "1"*99]
@pytest.mark.parametrize("q", Q)
def test_search(q):
    from home.models import ContentPage, HomePage
    home = HomePage.objects.first()
    p = home.add_child(instance=ContentPage(title="Confidentiel a_b NEAR", slug="conf", lead="secret plugh"))
    p.save_revision().publish()
    for extra in ({}, {"page": "99999999999999999999999"}, {"page": "x\0"}, {"kind": "\0"}):
        assert c().get("/recherche/", {"q": q} | extra).status_code == 200

U = ["/v/%00/", "/v/" + "A"*3000 + "/", "/verifier/?code=%00", "/verifier/?code=" + "x"*3000, "/demande/%00/", "/demande/" + "a"*3000 + "/", "/dossier/" + "a"*22 + "/documents/nope/", "/espace/ORV-26-00001/", "/infolettre/confirmer/" + "a"*3000 + "/", "/infolettre/?topic=%00&topic=x", "/infolettre/preferences/x/", "/couleurs-xx.css", "/robots.txt?x=%00", "/sitemap.xml", "/%00", "/a%00b/", "/%ff%fe/", "/documents/99999999999999999999/x.pdf", "/documents/1/%00.pdf", "/health/?%00", "/de/recherche/?q=%00", "/xx/", "/?q=%00&utm=%00", "/compte/entrer/?next=%00", "/compte/entrer/code/", "/compte/sortir/", "/demande/d/" + "a"*22 + "/etape/x/", "/_util/x", "/demande/attestation/?canal=%00", "/demande/attestation/?canal=counter", "//evil.com/", "/" + "a"*8000, "/?preview=1", "/demande/attestation?canal=x", "//evil.com"]
@pytest.mark.parametrize("u", U)
def test_urls(u):
    FormVersionFactory()
    for m in ("get", "post", "head", "options", "put", "delete"):
        r = getattr(c(), m)(u); assert r.status_code < 500, (m, u)
        if m == "get": print(u[:60], r.status_code, r.get("Location"))
        assert "//evil" not in (r.get("Location") or ""), r["Location"]

@pytest.mark.parametrize("q", ["q=%00", "q=" + "a"*5000, "service=x", "service=99999999999999999999", "agent=99999999999999999999", "team=%00", "received=9", "due=zz", "p=-1", "p=99999999", "p=²", "view=%00", "state=%00", "view=rehearsals&q=%25"])
def test_desk(q):
    CaseFactory(); cl = c(); cl.force_login(member())
    assert cl.get("/admin/cases/?" + q).status_code == 200

@pytest.mark.parametrize("do,data", [("take", {}), ("assign", {"agent": "9"*30}), ("assign", {"agent": "\0"}), ("note", {"text": "\0"}), ("note", {"text": "a\0b"}), ("note", {"text": "x"*20000}), ("ask", {"text": "a", "seen": "9"*40}), ("ask", {"text": "a", "seen": "\0"}), ("refuse", {"reason": "a", "seen": "-1"}), ("accept", {"reason": "\0"}), ("accept", {"seen": "1e9"}), ("withdraw", {}), ("nope", {}), ("complete", {})])
def test_deeds(do, data):
    case = CaseFactory(); cl = c(); cl.force_login(member())
    r = cl.post(f"/admin/cases/{case.reference}/{do}/", data); print(do, r.status_code); assert r.status_code < 500

@pytest.mark.parametrize("data", [{"text": "\0"}, {"text": "x"*6000}, {"text": ""}, {"text": "a", "files": "notafile"}])
def test_answer(data):
    case = CaseFactory()
    r = c().post(link(case) + "repondre/", data); print(r.status_code); assert r.status_code < 500

def test_profile():
    cl = c(); u = UserFactory(); cl.force_login(u)
    for d in ({"language": "xx"}, {"language": "fr", "phone": "\0"}, {"language": "fr", "phone": "+" + "1"*31}, {"language": "fr", "first_name": "a\0"}, {"language":"fr","phone":"+41" + "²"*5}):
        r = cl.post("/espace/vous/", d); print(d, r.status_code); assert r.status_code < 500

def test_hosts(settings):
    settings.ALLOWED_HOSTS = ["testserver"]
    assert Client(raise_request_exception=False).get("/", headers={"Host": "evil.com"}).status_code == 400
