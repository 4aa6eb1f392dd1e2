"""What the titles of sections in cards mean, in the languages that cards are written in."""

from enum import StrEnum
from functools import cache
from re import Pattern


class Role(StrEnum):
    """What a section is about."""

    TITLE = "title"  # the text behind the title of the card, or in front of any heading
    DESCRIPTION = "description"
    DETAILS = "details"
    USE = "use"
    MISUSE = "misuse"
    LIMITATION = "limitation"
    BIAS = "bias"
    RISK = "risk"
    ADVICE = "advice"
    USERS = "users"
    TRAINING_DATA = "training-data"
    TRAINING = "training"
    SETTINGS = "settings"
    PREPROCESSING = "preprocessing"
    EVALUATION = "evaluation"
    ENVIRONMENT = "environment"
    COMPUTE = "compute"
    CITATION = "citation"
    SOURCES = "sources"
    LICENSE = "license"
    AUTHORS = "authors"
    VERSIONS = "versions"
    USAGE = "usage"  # how to run it: code, no facts
    OTHER = "other"


_EXACT: dict[Role, str] = {
    Role.DESCRIPTION: (
        "description|model description|model summary|summary|overview|model overview|introduction|"
        "intro|about|abstract|background|about the model|about this model|model introduction|"
        "what is this|tl;dr|tldr|beschreibung|modellbeschreibung|überblick|einleitung|descripción|"
        "descripción del modelo|descripcion|descripcion del modelo|resumen|introducción|résumé|"
        "présentation|description du modèle|模型介绍|模型简介|简介|介绍|模型描述|概述|model card|descrição|"
        "descrição do modelo"
    ),
    Role.DETAILS: (
        "model details|details|model information|model info|model facts|model parameters|"
        "model specifications|specifications|technical specifications|model characteristics|"
        "model architecture|architecture|model architecture and objective|basic information|"
        "general information|modelldetails|detalles del modelo|détails du modèle|"
        "模型信息|模型参数|模型结构|模型架构|"
        "full model architecture|input|output|inputs|outputs|model type|arquitectura"
    ),
    Role.USE: (
        "use|uses|use case|use cases|usage and limitations|intended use|intended uses|intended usage|"
        "primary intended uses|direct use|downstream use|intended uses & limitations|"
        "intended uses and limitations|uses and limitations|intended use cases|intended purpose|"
        "purpose|applications|potential uses|recommended use|recommended uses|model use|"
        "primary use cases|verwendungszweck|vorgesehene verwendung|einsatzzweck|uso previsto|"
        "usos previstos|uso|usos|uso directo|utilisation prévue|utilisations prévues|utilisations|"
        "usages prévus|预期用途|用途|适用场景|应用场景|使用场景"
    ),
    Role.USERS: (
        "primary intended users|intended users|users|target users|target audience|intended audience"
    ),
    Role.MISUSE: (
        "out-of-scope use|out of scope use|out-of-scope uses|out of scope uses|"
        "out-of-scope use cases|out-of-scope|out of scope|misuse|misuse and malicious use|"
        "misuse, malicious use, and out-of-scope use|misuse and out-of-scope use|prohibited uses|"
        "prohibited use|use restrictions|unintended uses|unintended use|uso fuera de alcance|"
        "usos fuera del alcance|usos no previstos|usages hors périmètre|nicht vorgesehene verwendung|"
        "超出范围的用途|excluded uses|not intended for"
    ),
    Role.LIMITATION: (
        "limitations|limitation|known limitations|technical limitations|known issues|caveats|"
        "model limitations|limitations and future work|einschränkungen|grenzen|limitierungen|"
        "limitaciones|limitaciones conocidas|limites|局限性|限制|limitações|局限|模型局限性"
    ),
    Role.BIAS: (
        "bias|biases|fairness|limitations and bias|limitations and biases|bias and limitations|"
        "biases and limitations|bias & limitations|limitations & bias|sesgos|sesgo|"
        "limitaciones y sesgos|sesgos y limitaciones|biais|biais et limites|limites et biais|"
        "verzerrungen|偏见|known biases|bias and fairness"
    ),
    Role.RISK: (
        "risks|risk|bias, risks, and limitations|bias, risks and limitations|risks and limitations|"
        "ethical considerations|ethical considerations and limitations|ethics|safety|responsible ai|"
        "responsible ai considerations|risks and harms|sesgos, riesgos y limitaciones|riesgos|"
        "risiken|risques|biais, risques et limites|风险|考虑事项|ethical considerations and risks|"
        "consideraciones éticas|safety considerations"
    ),
    Role.ADVICE: (
        "recommendations|recommendation|mitigations|mitigation|caveats and recommendations|"
        "empfehlungen|recomendaciones|recommandations|建议"
    ),
    Role.TRAINING_DATA: (
        "training data|training dataset|training datasets|train data|training set|data|dataset|"
        "datasets|dataset used|datasets used|training corpus|corpus|pretraining data|"
        "pre-training data|fine-tuning data|finetuning data|training and evaluation data|"
        "data sources|training data and evaluation data|trainingsdaten|datos de entrenamiento|datos|"
        "conjunto de datos|conjuntos de datos|données d'entraînement|données|训练数据|数据集|数据|"
        "training details data|dados de treinamento"
    ),
    Role.TRAINING: (
        "training|training procedure|training details|training process|fine-tuning|finetuning|"
        "pre-training|pretraining|how it was trained|trainer|training setup|training information|"
        "training regime|training method|training methodology|training stage|trainingsverfahren|"
        "entrenamiento|procedimiento de entrenamiento|entraînement|procédure d'entraînement|训练|训练过程|"
        "训练细节|微调|treinamento|training logs|merge details|merge method|models merged|"
        "merge configuration|merge|quantization|quantization details"
    ),
    Role.SETTINGS: (
        "hyperparameters|hyper parameters|hyper-parameters|training hyperparameters|"
        "training hyper parameters|training hyper-parameters|training parameters|"
        "training configuration|training config|training arguments|trainingsparameter|"
        "hiperparámetros|hiperparámetros de entrenamiento|hyperparamètres|"
        "hyperparamètres d'entraînement|超参数|训练参数|训练超参数|hiperparâmetros|all hyperparameters|"
        "non-default hyperparameters|key hyperparameters|configuration"
    ),
    Role.PREPROCESSING: (
        "preprocessing|pre-processing|data preprocessing|data preparation|data processing|"
        "tokenization|preprocesamiento|prétraitement|vorverarbeitung|数据预处理|预处理|"
        "preprocessing [optional]"
    ),
    Role.EVALUATION: (
        "evaluation|evaluations|evaluation results|eval results|results|metrics|performance|"
        "benchmarks|benchmark|benchmark results|model performance|testing data|"
        "testing data, factors & metrics|evaluation data|evaluation procedure|quantitative analyses|"
        "quantitative analysis|eval|evaluierung|ergebnisse|auswertung|evaluación|resultados|"
        "resultados de evaluación|évaluation|résultats|métricas|"
        "评估|评测|评测结果|评估结果|性能|实验结果|avaliação|"
        "factors|training results|verwendete metriken|open llm leaderboard evaluation results|"
        "metrics and results|accuracy"
    ),
    Role.ENVIRONMENT: (
        "environmental impact|carbon footprint|co2 emissions|carbon emissions|energy consumption|"
        "umweltauswirkungen|impacto ambiental|impact environnemental|环境影响"
    ),
    Role.COMPUTE: (
        "compute infrastructure|hardware|infrastructure|compute|compute resources|"
        "computational resources|hardware and software|hardware requirements for training|"
        "training hardware|training infrastructure|matériel|硬件|infraestructura"
    ),
    Role.CITATION: (
        "citation|citations|cite|citing|how to cite|bibtex|bibtex entry and citation info|cite us|"
        "citation information|citation & contact|zitation|zitieren|cita|citas|citación|cómo citar|"
        "comment citer|引用|如何引用|references|reference|paper"
    ),
    Role.SOURCES: (
        "model sources|sources|links|resources|model sources [optional]|useful links|external links|"
        "enlaces|liens|资源|quick links"
    ),
    Role.LICENSE: (
        "license|licence|licensing|license information|licensing information|lizenz|licencia|许可证|许可|"
        "协议|开源协议|licença"
    ),
    Role.AUTHORS: (
        "authors|author|model card authors|developers|model developers|team|contributors|autores|"
        "autor|auteurs|autoren|作者|contact|model card contact|contacto|kontakt|联系我们|acknowledgements|"
        "acknowledgments|acknowledgement|danksagung|agradecimientos"
    ),
    Role.VERSIONS: ("framework versions|software versions|versions|library versions|framework version"),
    Role.USAGE: (
        "usage|how to use|how to get started with the model|getting started|get started|quickstart|"
        "quick start|how to get started|example|examples|example usage|installation|install|"
        "inference|how to run|verwendung|nutzung|cómo usar|como usar|uso con transformers|"
        "utilisation|comment utiliser|"
        "使用方法|快速开始|使用|prompt template|prompt format|chat template|demo|"
        "code example|sample usage|direct usage|downloads|download|provided files|how to download|"
        "ejemplo de uso|inference code|usage tips|deployment|requirements|setup|glossary|"
        "table of contents|contents|changelog|release notes|faq|more information|updates|news|"
        "star history|contributing"
    ),
}

_PARTS: tuple[tuple[str, Role], ...] = (
    ("out-of-scope", Role.MISUSE),
    ("out of scope", Role.MISUSE),
    ("misuse", Role.MISUSE),
    ("prohibited", Role.MISUSE),
    ("framework version", Role.VERSIONS),
    ("hyperparam", Role.SETTINGS),
    ("hyper-param", Role.SETTINGS),
    ("hyper param", Role.SETTINGS),
    ("how to", Role.USAGE),
    ("how do i", Role.USAGE),
    ("usage", Role.USAGE),
    ("quickstart", Role.USAGE),
    ("inference", Role.USAGE),
    ("install", Role.USAGE),
    ("intended use", Role.USE),
    ("use case", Role.USE),
    ("bias, risk", Role.RISK),
    ("risks", Role.RISK),
    ("ethical", Role.RISK),
    ("bias", Role.BIAS),
    ("limitation", Role.LIMITATION),
    ("caveat", Role.LIMITATION),
    ("recommendation", Role.ADVICE),
    ("training data", Role.TRAINING_DATA),
    ("training set", Role.TRAINING_DATA),
    ("training corpus", Role.TRAINING_DATA),
    ("data sources", Role.TRAINING_DATA),
    ("dataset", Role.TRAINING_DATA),
    ("preprocess", Role.PREPROCESSING),
    ("training result", Role.EVALUATION),
    ("environmental", Role.ENVIRONMENT),
    ("carbon", Role.ENVIRONMENT),
    ("evaluat", Role.EVALUATION),
    ("benchmark", Role.EVALUATION),
    ("performance", Role.EVALUATION),
    ("training procedure", Role.TRAINING),
    ("fine-tuning", Role.TRAINING),
    ("training", Role.TRAINING),
    ("citation", Role.CITATION),
    ("bibtex", Role.CITATION),
    ("hardware", Role.COMPUTE),
    ("architecture", Role.DETAILS),
    ("description", Role.DESCRIPTION),
    ("summary", Role.DESCRIPTION),
    ("licen", Role.LICENSE),
    ("metrics", Role.EVALUATION),
    ("results", Role.EVALUATION),
)


def role_of(title: str) -> Role:
    """Say what a section is about by its title."""
    words = _bare_title().sub("", title.lower()).strip(" :.-\u2013\u2014#*")
    words = words.replace("[optional]", "").replace("(optional)", "").strip()
    if not words or len(words) > 90:
        return Role.OTHER
    exact = _exact().get(words)
    if exact is not None:
        return exact
    if len(words.split()) > 7:
        return Role.OTHER
    return next((role for part, role in _PARTS if part in words), Role.OTHER)


@cache
def _exact() -> dict[str, Role]:
    return {word: role for role, words in _EXACT.items() for word in words.split("|")}


@cache
def _bare_title() -> Pattern[str]:
    import re

    # Numbers ("2.1 Training"), emojis and marks in front of a title.
    return re.compile(r"^(?:\d+(?:\.\d+){0,3}[.)]?\s+|[^\w\[(]+)+")
