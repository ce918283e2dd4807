"""Pictures of the demo commune, stored as lossless WebP: scenes of Orvenay, and portraits."""

from pathlib import Path

FOLDER = Path(__file__).parent / "content" / "pictures"
CONTENT_TYPE = "image/webp"

SCENES: dict[str, tuple[str, str]] = {
    # name: (title, alternative text)
    "panorama": (
        "Orvenay vu du lac",
        "Orvenay vu du lac : les vignes, le clocher, la barque et les Dents d’Aurel",
    ),
    "vieux-port": ("Le Vieux-Port", "Une barque à voiles latines devant le ponton du Vieux-Port"),
    "place-de-l-orme": (
        "La place de l’Orme",
        "La place de l’Orme, sa fontaine et le grand orme devant les maisons du bourg",
    ),
    "maison-de-commune": (
        "La maison de commune",
        "La maison de commune, son horloge et ses deux drapeaux, place de l’Orme",
    ),
    "foret": ("Le bois de la Côte", "Un sentier entre les sapins du bois de la Côte, deux promeneurs"),
    "ecole": ("Le collège des Ormes", "La cour du collège des Ormes à la récréation, une marelle au sol"),
    "marche": ("Le marché", "Les étals rayés du marché autour de l’orme, devant l’église"),
    "salle-des-ormes": (
        "La salle des Ormes",
        "La salle des Ormes éclairée, entre deux arbres, au bord du lac",
    ),
    "vignes": ("Les vendanges", "Trois vendangeurs dans les rangs de vigne au-dessus du lac"),
    "port-verraye": (
        "Le port de la Verraye",
        "Des voiliers amarrés au port de la Verraye, deux personnes sur le quai",
    ),
    "decheterie": (
        "La déchèterie",
        "Les bennes de couleur de la déchèterie de la Râpe, à la lisière du bois",
    ),
    "gare": ("La gare", "Un train à quai à la gare d’Orvenay, le bus 714 devant la voie"),
    "avent": ("L’Avent", "Le bourg sous la neige, de nuit : fenêtres éclairées et sapin devant l’église"),
    "plage": ("La plage", "La plage de galets du Vieux-Port en été, les roseaux et un grèbe huppé"),
    "chantier": (
        "Le chantier de la rue du Temple",
        "Une pelle mécanique pose deux conduites dans la rue du Temple ouverte",
    ),
    "conseil": (
        "La salle du Conseil",
        "Le Conseil communal en séance, vu du fond de la salle, sous les armoiries",
    ),
    "terrain": (
        "Le terrain des Grèves",
        "Un match sur le terrain des Grèves, le lac et les Dents d’Aurel derrière",
    ),
}
PORTRAITS: dict[str, str] = {
    # name: the person shown
    "claire-monod": "Claire Monod",
    "pascal-oulevay": "Pascal Oulevay",
    "ines-da-silva": "Inês Da Silva",
    "bernard-jaccard": "Bernard Jaccard",
    "anna-muller": "Anna Müller",
    "marc-crettenand": "Marc Crettenand",
    "nadia-favre": "Nadia Favre",
    "pierre-monnier": "Pierre Monnier",
    "sophie-aubert": "Sophie Aubert",
    "yves-rochat": "Yves Rochat",
}


def read_picture(name: str) -> bytes:
    """Return the content of a scene or portrait."""
    return (FOLDER / f"{name}.webp").read_bytes()
