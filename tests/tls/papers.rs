//! Certificates of a world of our own.

use jurisdig::observe::roots::Roots;
use rcgen::{
    BasicConstraints, Certificate, CertificateParams, DistinguishedName, DnType, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

use crate::server::Shop;

/// The host all certificates are for, if nothing else is said.
pub const HOST: &str = "www.exemple.fr";

/// A statement of `openssl ocsp` that serial number 0x700102 is revoked, base64.
pub const REVOKED_700102: &str = "\
    MIIBFwoBAKCCARAwggEMBgkrBgEFBQcwAQEEgf4wgfswgaKiFgQUerHmLE7/VRaC2cxLYyVx47ivwt8YDzIwMjYxMTI0MTY0ODA1\
    WjB3MHUwPDAJBgUrDgMCGgUABBRQFXiZOiXxng6J1xBVLKOwTkmoOQQUerHmLE7/VRaC2cxLYyVx47ivwt8CA3ABAqERGA8yMDI2\
    MTEwMTEyMDAwMFoYDzIwMjYxMTI0MTY0ODA1WqARGA8yMDM2MTEyMTE2NDgwNVowCgYIKoZIzj0EAwIDSAAwRQIgDLGAS7qOdLjk\
    +P8hsnyN1vyEgdZhfUW84vWxAQwCn24CIQCromRHj3w+79wwhA09cE/lebSZWR3JxFrJJFBIKWwXfQ==";

/// Somebody who signs.
pub struct Authority {
    pub certificate: Certificate,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    fn params(organisation: &str, name: &str) -> CertificateParams {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CountryName, "FR");
        params.distinguished_name.push(DnType::OrganizationName, organisation);
        params.distinguished_name.push(DnType::CommonName, name);
        params
    }

    pub fn root(organisation: &str) -> Self {
        let params = Self::params(organisation, "Racine 1");
        let key = KeyPair::generate().unwrap();
        Self { certificate: params.self_signed(&key).unwrap(), issuer: Issuer::new(params, key) }
    }

    /// One of second rank.
    pub fn second(&self, organisation: &str) -> Self {
        let params = Self::params(organisation, "Second 1");
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        Self { certificate, issuer: Issuer::new(params, key) }
    }

    pub fn der(&self) -> CertificateDer<'static> {
        self.certificate.der().clone()
    }

    pub fn sign(&self, params: &CertificateParams) -> (CertificateDer<'static>, PrivateKeyDer<'static>) {
        let key = KeyPair::generate().unwrap();
        (params.signed_by(&key, &self.issuer).unwrap().der().clone(), private(&key))
    }

    /// A shop with one certificate.
    pub fn shop(&self, params: &CertificateParams) -> Shop {
        let (certificate, key) = self.sign(params);
        Shop::new(vec![certificate], key)
    }

    /// The compiled-in roots and this one.
    pub fn trusted(&self) -> Roots {
        Roots::compiled_in().with_file("test.pem", self.certificate.pem().as_bytes()).unwrap()
    }
}

pub fn private(key: &KeyPair) -> PrivateKeyDer<'static> {
    PrivatePkcs8KeyDer::from(key.serialize_der()).into()
}

/// Good for the host during 2026.
pub fn host() -> CertificateParams {
    hosts(&[HOST])
}

pub fn hosts(names: &[&str]) -> CertificateParams {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let mut params = CertificateParams::new(names).unwrap();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, HOST);
    params.not_before = date_time_ymd(2026, 1, 1);
    params.not_after = date_time_ymd(2027, 1, 1);
    params
}
