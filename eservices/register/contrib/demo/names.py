"""Names and streets of the invented residents. No name was taken from a list of real people."""

WOMEN = (
    *("Élodie", "Suzanne", "Inês", "Nathalie", "Giulia", "Mireille", "Chloé", "Jeanne", "Léa", "Corinne"),
    *(
        "Aline",
        "Sandrine",
        "Laure",
        "Béatrice",
        "Valérie",
        "Manon",
        "Anne-Laure",
        "Zoé",
        "Françoise",
        "Noëlle",
    ),
    *("Marie-José", "Agnès", "Hélène", "Lucie", "Camille", "Ursula", "Regula", "Karin", "Beyza", "Jelena"),
    *(
        "Fatou",
        "Ana Lúcia",
        "Małgorzata",
        "Sinéad",
        "Emily",
        "Teresa",
        "Mélissa",
        "Geneviève",
        "Maëlle",
        "Rosa",
    ),
)
MEN = (
    *("Marc", "Yves", "Bernard", "Luc", "Rui", "Olivier", "Sami", "Arthur", "Fabien", "Nicolas", "Gilles"),
    *("Mehdi", "Quentin", "Hugo", "Antoine", "Joël", "Jean-Pierre", "François", "Rémy", "Loïc", "Stéphane"),
    *("Ueli", "Jürg", "Stefan", "Beat", "Håkon", "Miloš", "João", "Agim", "Tiago", "Kevin", "Oliver", "Noé"),
    *("Gaël", "Théo", "André", "Benoît", "Jérôme", "Salvatore", "Dragan"),
)
FAMILIES = (
    *(
        "Rochat",
        "Favre",
        "Perrin",
        "Monnier",
        "Jaccard",
        "Blanc",
        "Oulevay",
        "Crettenand",
        "Tavares",
        "Ferrari",
    ),
    *("Nguyen", "Kovačević", "Da Silva", "Pasche", "Chevalley", "Rosset", "Gonin", "Michaud", "Bovet"),
    *("Cosandey", "Delacrétaz", "Regamey", "Vuilleumier", "Berger", "Pittet", "Aubert", "Meylan", "Addor"),
    *("Wyss", "Müller", "Baumann", "Keller", "Zürcher", "D’Élia", "Di Marco", "von Känel", "Łukasiewicz"),
    *("Grünenfelder", "Strauß", "Jørgensen", "Pereira Gonçalves", "Berisha", "Öztürk", "Bennett", "Hughes"),
    *("Gétaz", "Besançon", "Dénéréaz", "Henchoz", "Vallélian", "Ruchonnet", "Cuérel", "Lavanchy", "Bußmann"),
)
STREETS = (  # with the highest house number
    *(("Place de l’Orme", 9), ("Rue du Lac", 60), ("Rue de l’Église", 21), ("Rue du Temple", 22)),
    *(
        ("Rue des Écoles", 12),
        ("Rue du Midi", 26),
        ("Rue du Four", 15),
        ("Ruelle du Four", 9),
        ("Clos Aurel", 14),
    ),
    *(
        ("Rue du Château", 30),
        ("Montée du Château", 11),
        ("Quai du Vieux-Port", 24),
        ("Chemin des Grèves", 37),
    ),
    *(("Avenue de la Gare", 34), ("Rue de l’Industrie", 28), ("Chemin du Stand", 18), ("Route de Rolle", 75)),
    *(
        ("Chemin des Sablons", 40),
        ("Allée des Tilleuls", 16),
        ("Allée des Érables", 12),
        ("Chemin du Verger", 33),
    ),
    *(
        ("Rue du Centenaire", 29),
        ("Rue des Vignes", 48),
        ("Chemin des Vendanges", 20),
        ("Route du Vignoble", 52),
    ),
    *(("Chemin du Signal", 27), ("Chemin du Bois", 31), ("Route d’Aubonne", 64), ("Chemin des Échalas", 18)),
)
ORIGINS = (
    "Orvenay VD",
    "Aubonne VD",
    "Rolle VD",
    "Gimel VD",
    "Morges VD",
    "Fribourg FR",
    "Sion VS",
    "Thun BE",
)
