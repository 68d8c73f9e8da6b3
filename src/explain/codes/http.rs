//! Calls to either service.

use super::super::{ENVIRONMENT, Explained, USAGE};

pub(in crate::explain) const CODES: &[Explained] = &[
    Explained {
        code: "http.broken_response",
        is: ENVIRONMENT,
        means: "The connection broke, or what came back was not HTTP. Whether the service did what was asked is unknown for calls that change something; the instance is asked afterwards, never assumed.",
        signs: "The message names the host. Reads are retried a few times first, so a single hiccup does not show. A proxy or load balancer that ends idle or long connections is the usual cause.",
        remedies: &[
            "Run again; if it stays so, look at what stands between this machine and the host (HTTPS_PROXY, a TLS-inspecting firewall).",
            "With exit code 4: `reauth restore`.",
        ],
    },
    Explained {
        code: "http.ca_file",
        is: USAGE,
        means: "The file of certificates that `http.ca_file` names cannot be used. Nothing was begun.",
        signs: "It is not there, or is not PEM: DER files (`.cer`, `.der`) and keys are refused.",
        remedies: &[
            "Give the authority's certificate as PEM, between `-----BEGIN CERTIFICATE-----` and `-----END CERTIFICATE-----`; `openssl x509 -inform der -in FILE -out ca.pem` converts one.",
        ],
    },
    Explained {
        code: "http.timeout",
        is: ENVIRONMENT,
        means: "The host took the call and gave no complete answer in time. A change that was asked for may have been made; the instance is asked afterwards.",
        signs: "The message names host and limit. `http.unreachable` would mean that no connection stood; here one did.",
        remedies: &[
            "Run again when the service is less busy: status.salesforce.com, or the platform's status page.",
            "A longer `--timeout` gives each answer more time.",
            "With exit code 4: `reauth restore`.",
        ],
    },
    Explained {
        code: "http.tls",
        is: ENVIRONMENT,
        means: "This machine cannot use https at all. Nothing was sent.",
        signs: "Typical of slim containers without CA certificates; every host is concerned, not one.",
        remedies: &[
            "Install them (Debian and Ubuntu: `apt-get install ca-certificates`).",
            "Or name a PEM file in `http.ca_file`.",
        ],
    },
    Explained {
        code: "http.too_large",
        is: ENVIRONMENT,
        means: "The answer is larger than any that these APIs give. It was not read.",
        signs: "The host is probably not the API: a download, a portal's page, a wrong `base_url`.",
        remedies: &["Open the configured address by hand and see what answers."],
    },
    Explained {
        code: "http.unreachable",
        is: ENVIRONMENT,
        means: "The host could not be reached; the request did not leave this machine. Nothing was changed by it.",
        signs: "The message says how far it came: the name has no address (spelling, DNS, VPN), nobody accepts the connection (down, firewall, proxy), or TLS did not stand (a proxy that re-signs traffic).",
        remedies: &[
            "Compare the host's spelling in the configuration; `reauth doctor` shows each host with its addresses.",
            "Set HTTPS_PROXY and NO_PROXY as the network needs them.",
            "Behind a company proxy that re-signs traffic, name its certificate in `http.ca_file`.",
        ],
    },
];
