"""Who writes the invented referrals: countries, their desks, languages, and people who plainly do not exist."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Voice:
    """A language: a name that means "test" or "example" in it, and a narrative with its English translation."""

    language: str
    script: str
    names: tuple[tuple[str, str], ...]
    narrative: str
    charge: str
    charge_in_english: str
    translation: str | None = None


_IN_ENGLISH = "Invented for demonstration. In an inquiry a tie to the United States was found. We ask for help."

VOICES = {
    voice.language: voice
    for voice in (
        Voice(
            "en",
            "Latn",
            (("Testa Example", "Testa Example"), ("Invented Person", "Invented Person")),
            _IN_ENGLISH,
            "Offence under the customs act",
            "Offence under the customs act",
        ),
        Voice(
            "it",
            "Latn",
            (("Esempio Inventàto", "Esempio Inventato"), ("Provétta D'Esempio", "Provetta D'Esempio")),
            "Caso inventato a scopo dimostrativo. Nell'indagine è emerso un legame con gli Stati Uniti.",
            "Ricettazione e illecita esportazione",
            "Receiving and unlawful export",
        ),
        Voice(
            "fr",
            "Latn",
            (("Élodie Exemplé", "Elodie Exemple"), ("François Fictif", "Francois Fictif")),
            "Affaire inventée pour la démonstration. L’enquête a révélé un lien avec les États-Unis.",
            "• infraction douanière\r\n• recel en bande",
            "Customs offence; receiving as a group",
        ),
        Voice(
            "es",
            "Latn",
            (("Íñigo Ejemplo Ñandú", "Inigo Ejemplo Nandu"), ("Persona De Prueba", "Persona De Prueba")),
            "Caso inventado para la demostración. La investigación halló un vínculo con los Estados Unidos.",
            "Delito aduanero (art. 1)\r\nReceptación (art. 2)",
            "Customs offence (art. 1); receiving (art. 2)",
        ),
        Voice(
            "pt",
            "Latn",
            (("João Fictício", "Joao Ficticio"), ("Ação Exemplo", "Acao Exemplo")),
            "Caso inventado para demonstração. A investigação encontrou uma ligação com os Estados Unidos.",
            "Receptação qualificada",
            "Aggravated receiving",
        ),
        Voice(
            "de",
            "Latn",
            (("Jörg Beispielgroß", "Joerg Beispielgross"), ("Erfundene Prüfperson", "Erfundene Pruefperson")),
            "Für die Vorführung erfunden. Die Ermittlung ergab einen Bezug zu den Vereinigten Staaten.",
            "Gewerbsmäßige Hehlerei",
            "Receiving on a commercial scale",
        ),
        Voice(
            "pl",
            "Latn",
            (("Przykład Zmyślony", "Przyklad Zmyslony"), ("Łucja Próbna", "Lucja Probna")),
            "Sprawa zmyślona na potrzeby pokazu. W śledztwie ustalono związek ze Stanami Zjednoczonymi.",
            "Paserstwo",
            "Receiving stolen goods",
        ),
        Voice(
            "tr",
            "Latn",
            (("Örnek Kişi", "Ornek Kisi"), ("Deneme Şahıs", "Deneme Sahis")),
            "Gösteri için uydurulmuştur. Soruşturmada Amerika Birleşik Devletleri ile bir bağ bulundu.",
            "Gümrük suçu",
            "Customs offence",
        ),
        Voice(
            "ar",
            "Arab",
            (("شخص تجريبي", "Shakhs Tajribi"), ("مثال مخترع", "Mithal Mukhtara")),
            "قضية مخترعة للعرض. وجد التحقيق صلة بالولايات المتحدة. نطلب المساعدة.",
            "مخالفة جمركية",
            "Customs offence",
            _IN_ENGLISH,
        ),
        Voice(
            "ru",
            "Cyrl",
            (("Персонаж Тестовый", "Personazh Testovyy"), ("Пример Вымышленный", "Primer Vymyshlennyy")),
            "Дело вымышлено для показа. Следствие нашло связь с Соединёнными Штатами. Просим о помощи.",
            "Таможенное правонарушение",
            "Customs offence",
            _IN_ENGLISH,
        ),
        Voice(
            "uk",
            "Cyrl",
            (("Вигадана Особа", "Vyhadana Osoba"), ("Приклад Їжаченко", "Pryklad Yizhachenko")),
            "Справу вигадано для показу. Слідство знайшло зв'язок зі Сполученими Штатами.",
            "Митне правопорушення",
            "Customs offence",
            _IN_ENGLISH,
        ),
        Voice(
            "el",
            "Grek",
            (("Δοκιμαστικό Πρόσωπο", "Dokimastiko Prosopo"), ("Παράδειγμα Φανταστικό", "Paradeigma Fantastiko")),
            "Υπόθεση φανταστική, για επίδειξη. Η έρευνα βρήκε σύνδεση με τις Ηνωμένες Πολιτείες.",
            "Τελωνειακή παράβαση",
            "Customs offence",
            _IN_ENGLISH,
        ),
        Voice(
            "zh-Hans",
            "Hans",
            (("测试甲", "Ceshi Jia"), ("示例乙", "Shili Yi")),
            "本案为演示而虚构。调查发现与美国有关联。请求协助。",
            "违反海关规定",
            "Customs offence",
            _IN_ENGLISH,
        ),
        Voice(
            "ja",
            "Jpan",
            (("試験太郎", "Shiken Taro"), ("見本花子", "Mihon Hanako")),
            "実演のために作られた事案です。捜査で米国とのつながりが見つかりました。",
            "関税法違反",
            "Customs offence",
            _IN_ENGLISH,
        ),
        Voice(
            "hi",
            "Deva",
            (("परीक्षण व्यक्ति", "Parikshan Vyakti"), ("काल्पनिक उदाहरण", "Kalpanik Udaharan")),
            "यह मामला प्रदर्शन के लिए गढ़ा गया है। जाँच में संयुक्त राज्य अमेरिका से संबंध मिला।",
            "सीमा शुल्क अपराध",
            "Customs offence",
            _IN_ENGLISH,
        ),
    )
}


@dataclass(frozen=True, slots=True)
class Land:
    """A requester country: its name, the desk that looks after it, and the language it writes."""

    code: str
    name: str
    desk: str
    language: str


LANDS = (
    Land("IT", "Italy", "EUR", "it"),
    Land("MX", "Mexico", "CANMEX", "es"),
    Land("CO", "Colombia", "SACAR", "es"),
    Land("EG", "Egypt", "MEA", "ar"),
    Land("CN", "China", "ASIA", "zh-Hans"),
    Land("GR", "Greece", "EUR", "el"),
    Land("CA", "Canada", "CANMEX", "fr"),
    Land("BR", "Brazil", "SACAR", "pt"),
    Land("ZA", "South Africa", "MEA", "en"),
    Land("IN", "India", "ASIA", "hi"),
    Land("DE", "Germany", "EUR", "de"),
    Land("UA", "Ukraine", "EUR", "uk"),
    Land("JM", "Jamaica", "SACAR", "en"),
    Land("MA", "Morocco", "MEA", "ar"),
    Land("JP", "Japan", "ASIA", "ja"),
    Land("PL", "Poland", "EUR", "pl"),
    Land("HT", "Haiti", "SACAR", "fr"),
    Land("KE", "Kenya", "MEA", "en"),
    Land("KZ", "Kazakhstan", "ASIA", "ru"),
    Land("TR", "Türkiye", "EUR", "tr"),
    Land("PH", "Philippines", "ASIA", "en"),
    Land("ES", "Spain", "EUR", "es"),
    Land("FR", "France", "EUR", "fr"),
    Land("GB", "the United Kingdom", "EUR", "en"),
)

AGENCIES = ("Customs Service", "Federal Police", "Financial Crime Unit", "Prosecutor's Office", "Border Guard")
