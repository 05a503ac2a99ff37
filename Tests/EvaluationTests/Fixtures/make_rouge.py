"""Writes rouge.json: ROUGE-1 with stemming by rouge_score, and stems by NLTK's Porter stemmer.

Run: pip install rouge-score==0.1.2 && python make_rouge.py
"""

import json
import pathlib

from nltk.stem import porter
from rouge_score import rouge_scorer

NEEDLE = "\nThe best thing to do in San Francisco is eat a sandwich and sit in Dolores Park on a sunny day.\n"
PAIRS = [
    (NEEDLE, "eat a sandwich and sit in Dolores Park on a sunny day."), (NEEDLE, NEEDLE), (NEEDLE, "eating sandwiches"),
    (NEEDLE, "The best thing to do is the best thing to do in the parks of San Francisco"), (NEEDLE, "go home"),
    (NEEDLE, "eat a sandwich, sit in 2 parks; on SUNNY days: naïve café"), (NEEDLE, "..."),
    ("The passcode of Munathow is amber lantern.", "The passcode of Munathow is amber lanterns"),
    ("The passcode of Munathow is amber lantern.", " The passcode of Munathow is the passcode of the passcode"),
    ("7 8 9 7", "7 7 7 9"), ("", "words"), ("words", ""),
]
WORDS = """caresses ponies ties caress cats feed agreed plastered bled motoring sing conflated troubled sized hopping tanned
falling hissing fizzed failing filing happy sky skies dying lying tying news innings inning outings canning howe proceed
exceed succeed relational conditional rational valenci hesitanci digitizer conformabli radicalli differentli vileli
analogousli vietnamization predication operator feudalism decisiveness hopefulness callousness formaliti sensitiviti
sensibiliti triplicate formative formalize electriciti electrical hopeful goodness revival allowance inference airliner
gyroscopic adjustable defensible irritant replacement adjustment dependent adoption homologou communism activate
angulariti homologous effective bowdlerize probate rate cease controll roll died flies dies spied spies enjoy enjoyed
says day days boys by cry cried bi ology biology geologi theologi cautiously hopefully fulli usefulli equalli totalli
allied sandwiches sandwich sunny thing things francisco dolores parks eating ate abilities ability generalizations
oscillators running runs 1990s 42nd yes yyy eyed eying bees agreeing skiing ionization ion mission nation vision
emission rational electricity happily ally tally rally tallied oxen being beings abcde zzzz feed fed eed need speed
proceeding proceeds exceeded succeeding""".split()


def main() -> None:
    scorer = rouge_scorer.RougeScorer(["rouge1"], use_stemmer=True)
    examples = []
    for target, prediction in PAIRS:
        score = scorer.score(target, prediction)["rouge1"]
        examples.append({"target": target, "prediction": prediction, "precision": float(score.precision),
                         "recall": float(score.recall), "fmeasure": float(score.fmeasure)})
    stemmer = porter.PorterStemmer()
    stems = {word: stemmer.stem(word) for word in WORDS}
    path = pathlib.Path(__file__).parent / "rouge.json"
    path.write_text(json.dumps({"examples": examples, "stems": stems}, ensure_ascii=False, indent=1) + "\n")


if __name__ == "__main__":
    main()
