"""Words of a question that say nothing about its subject: “how do I register my dog?” is about “register dog”. Pure."""

# Folded and of three letters or more: shorter words are dropped in any language.
STOP_WORDS = {
    "fr": """
        ainsi aller alors apres aura aurai aussi autre aux avant avec avez avoir avons besoin bonjour car cela celle
        celui ces cet cette ceux cherche chercher chez combien comment commune dans demande demander depuis des dois
        doit doivent donc dont elle elles encore entre est etes etre eux faire fais fait faut ici ils les leur leurs
        lui mais merci mes moi mois mon nos notre nous obtenir obtiens ont par parce pas peut peuvent peux plus pour
        pourquoi pouvez prochain prochaine puis quand que quel quelle quelles quelqu quels qui quoi sans savoir ses
        sinon soit somme sommes son sont sous suis sur ton tous tout toute tres trouve trouver une vers veut veux
        vont vos votre voudrais vouloir vous
    """,
    "de": """
        aber alle als also auch auf aus bei beim bekomme bekommen bin bis brauche brauchen damit dann darf das dass
        dem den der des die dies diese diesen dieser doch dort durch ein eine einem einen einer eines erhalten etwas
        finde finden fur gehe gehen gemeinde gibt habe haben hat hier ich ihr ihre ihren ist kann kein keine konnen
        man mein meine meinem meinen meiner mich mir mit mochte muss mussen nach nicht noch nur oder ohne sein sich
        sie sind soll uber und uns unser unsere vom von wann warum was welche welcher welches wem wen wenn wer
        werden wie will wir wird woher wohin wollen zum zur
    """,
    "it": """
        alla alle allo anche aver avere bisogno che chi chiedere come comune con cosa cui dal dalla dalle dei del
        della delle deve devo dopo dove essere faccio fare gli hanno mia mie miei mio nei nel nella non nostra
        nostro ottenere per perche piu posso prima puo quale quali quando quanto questa questo qui senza sono sua
        sul sulla suo trovare tutti una uno voglio vorrei vostro
    """,
    "en": """
        about after all and any are ask before but can could did does doing don for from get getting had has have
        here how into its like may must need not our out please she should some tell than that the their them then
        there these they this those want was way were what when where which who whom why will with without would you
        your
    """,
}
_SETS = {language: frozenset(words.split()) for language, words in STOP_WORDS.items()}


def drop_stop_words(words: list[str], language: str) -> list[str]:
    """Return folded words without stop words; all of them if there are no others."""
    stops = _SETS.get(language, frozenset())
    return [word for word in words if word not in stops] or words
