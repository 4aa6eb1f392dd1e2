"""Words of CycloneDX 1.7 and the words of SPDX 3.0.1 that mean the same.

Every table reads both ways; what SPDX has no word for is not in it.
"""

COMPONENT_TYPES = {
    "machine-learning-model": ("ai_AIPackage", "model"),
    "data": ("dataset_DatasetPackage", "data"),
    "file": ("software_File", "file"),
    "application": ("software_Package", "application"),
    "framework": ("software_Package", "framework"),
    "library": ("software_Package", "library"),
    "container": ("software_Package", "container"),
    "platform": ("software_Package", "platform"),
    "operating-system": ("software_Package", "operatingSystem"),
    "device": ("software_Package", "device"),
    "device-driver": ("software_Package", "deviceDriver"),
    "firmware": ("software_Package", "firmware"),
}
PURPOSES = {
    purpose: kind for kind, (family, purpose) in COMPONENT_TYPES.items() if family == "software_Package"
}
DATA_TYPES = {
    "dataset": "data",
    "source-code": "source",
    "configuration": "configuration",
    "definition": "specification",
    "other": "other",
}
HASHES = {
    "MD5": "md5",
    "SHA-1": "sha1",
    "SHA-256": "sha256",
    "SHA-384": "sha384",
    "SHA-512": "sha512",
    "SHA3-256": "sha3_256",
    "SHA3-384": "sha3_384",
    "SHA3-512": "sha3_512",
    "BLAKE2b-256": "blake2b256",
    "BLAKE2b-384": "blake2b384",
    "BLAKE2b-512": "blake2b512",
    "BLAKE3": "blake3",
}
REFERENCES = {
    "vcs": "vcs",
    "issue-tracker": "issueTracker",
    "website": "altWebPage",
    "advisories": "securityAdvisory",
    "mailing-list": "mailingList",
    "social": "socialMedia",
    "chat": "chat",
    "documentation": "documentation",
    "support": "support",
    "source-distribution": "sourceArtifact",
    "distribution": "altDownloadLocation",
    "license": "license",
    "build-meta": "buildMeta",
    "build-system": "buildSystem",
    "release-notes": "releaseNotes",
    "attestation": "secureSoftwareAttestation",
    "threat-model": "securityThreatModel",
    "adversary-model": "securityAdversaryModel",
    "risk-assessment": "riskAssessment",
    "vulnerability-assertion": "vulnerabilityDisclosureReport",
    "exploitability-statement": "vulnerabilityExploitabilityAssessment",
    "pentest-report": "securityPenTestReport",
    "static-analysis-report": "staticAnalysisReport",
    "dynamic-analysis-report": "dynamicAnalysisReport",
    "runtime-analysis-report": "runtimeAnalysisReport",
    "component-analysis-report": "componentAnalysisReport",
    "maturity-report": "qualityAssessmentReport",
    "certification-report": "certificationReport",
    "quality-metrics": "metrics",
    "rfc-9116": "securityPolicy",
    "other": "other",
}
PHASES = {
    "design": "design",
    "pre-build": "source",
    "build": "build",
    "post-build": "analyzed",
    "operations": "deployed",
    "discovery": "runtime",
}
AGGREGATES = {"complete": "complete", "incomplete": "incomplete", "unknown": "noAssertion"}
ALIKE_AGGREGATES = {
    **AGGREGATES,
    "incomplete_first_party_only": "incomplete",
    "incomplete_first_party_proprietary_only": "incomplete",
    "incomplete_first_party_opensource_only": "incomplete",
    "incomplete_third_party_only": "incomplete",
    "incomplete_third_party_proprietary_only": "incomplete",
    "incomplete_third_party_opensource_only": "incomplete",
    "not_specified": "noAssertion",
}
ENERGIES = {
    "training": "ai_trainingEnergyConsumption",
    "fine-tuning": "ai_finetuningEnergyConsumption",
    "inference": "ai_inferenceEnergyConsumption",
}
APPROACHES = (
    "supervised",
    "unsupervised",
    "reinforcement-learning",
    "semi-supervised",
    "self-supervised",
)
CONFIDENTIALITY = ("red", "amber", "green", "clear")
PEDIGREE = {"ancestors": "descendantOf", "descendants": "ancestorOf", "variants": "hasVariant"}
RATINGS = {
    "CVSSv2": "security_CvssV2VulnAssessmentRelationship",
    "CVSSv3": "security_CvssV3VulnAssessmentRelationship",
    "CVSSv31": "security_CvssV3VulnAssessmentRelationship",
    "CVSSv4": "security_CvssV4VulnAssessmentRelationship",
}
SEVERITIES = ("critical", "high", "medium", "low", "none")
# A state of CycloneDX: the class of the assessment, its type of relationship, where its detail goes.
STATES = {
    "not_affected": (
        "security_VexNotAffectedVulnAssessmentRelationship",
        "doesNotAffect",
        "security_impactStatement",
    ),
    "exploitable": ("security_VexAffectedVulnAssessmentRelationship", "affects", "security_statusNotes"),
    "resolved": ("security_VexFixedVulnAssessmentRelationship", "fixedIn", "security_statusNotes"),
    "in_triage": (
        "security_VexUnderInvestigationVulnAssessmentRelationship",
        "underInvestigationFor",
        "security_statusNotes",
    ),
}
ALIKE_STATES = {"resolved_with_pedigree": "resolved", "false_positive": "not_affected"}
JUSTIFICATIONS = {
    "code_not_present": "vulnerableCodeNotPresent",
    "code_not_reachable": "vulnerableCodeNotInExecutePath",
    "requires_dependency": "componentNotPresent",
    "requires_configuration": "vulnerableCodeCannotBeControlledByAdversary",
    "protected_by_mitigating_control": "inlineMitigationsAlreadyExist",
}
ALIKE_JUSTIFICATIONS = {
    **JUSTIFICATIONS,
    "requires_environment": "vulnerableCodeCannotBeControlledByAdversary",
    "protected_by_compiler": "inlineMitigationsAlreadyExist",
    "protected_at_runtime": "inlineMitigationsAlreadyExist",
    "protected_at_perimeter": "inlineMitigationsAlreadyExist",
}


def back(table: dict[str, str]) -> dict[str, str]:
    """Turn a table of words around."""
    return {value: key for key, value in table.items()}
