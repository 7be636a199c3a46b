<?php

declare(strict_types=1);

require_once __DIR__ . '/Sealpost/Gateway.php';

/**
 * Registers, transfers and changes domains through Sealpost. Registries behind it answer by mail, minutes or days later:
 * true says that the gateway has taken the order, getDomainDetails what became of it, and so do webhooks.
 */
class Registrar_Adapter_Sealpost extends Registrar_AdapterAbstract
{
    /** Seconds. The gateway has DENIC keep a transfer code for 29 days. */
    private const CODE_LASTS = 28 * 86400;

    private Registrar_Adapter_Sealpost_Gateway $gateway;

    /** @var array<string, string> */
    private array $settings;

    public function __construct($options)
    {
        $this->settings = array_map(static fn ($value): string => trim((string) $value), $options);
        foreach (['url', 'token'] as $needed) {
            if ($this->setting($needed) === '') {
                throw new Registrar_Exception("The registrar Sealpost has no $needed. Set it in the settings of domain registrars.");
            }
        }
        $wait = $this->setting('wait') === '' ? 20 : (int) $this->setting('wait');
        $this->gateway = new Registrar_Adapter_Sealpost_Gateway(rtrim($this->setting('url'), '/'), $this->setting('token'), $wait);
    }

    public static function getConfig()
    {
        $text = static fn (string $label, string $description, bool $required = false): array => [
            'text', ['label' => $label, 'description' => $description, 'required' => $required],
        ];

        return [
            'label' => 'Registers domains through a Sealpost gateway, which talks to registries by signed e-mail.',
            'form' => [
                'url' => $text('Address of the gateway', 'Such as http://127.0.0.1:8080', true),
                'token' => ['password', ['label' => 'Token', 'description' => 'Of "sealpost token create --name fossbilling --scope billing"', 'required' => true]],
                'holder' => $text('Handle of the holder', 'One contact that holds every domain. Leave it empty to create a contact for each.', false),
                'handle_prefix' => $text('Beginning of new handles', 'Such as DENIC-1234-FB: the number of the FOSSBilling order follows. Needed without a holder.'),
                'availability' => ['radio', [
                    'label' => 'Is a name free?',
                    'description' => 'Registries answer by mail. "No" takes the order unless the gateway has the name itself, and the registry decides.',
                    'multiOptions' => ['registry' => 'Ask the registry, and sell nothing before it answered', 'order' => 'No: the registry decides about the order'],
                ]],
                'wait' => $text('Seconds to wait', 'How long a page waits for the registry to answer; 20 unless set'),
                'renewing' => $text('TLDs that renew by themselves', 'Divided by blanks, such as "de": a renewal sends nothing there'),
                'authinfo_key' => ['password', ['label' => 'Key of transfer codes', 'description' => 'A long random text that transfer codes are made of. Never change it. Without it none are created.']],
            ],
        ];
    }

    /** The TLDs that the gateway takes orders for. */
    public function getTlds()
    {
        return array_map(static fn (string $tld): string => ".$tld", $this->gateway->tlds());
    }

    public function isDomainAvailable(Registrar_Domain $domain)
    {
        $known = $this->gateway->domain($domain->getName());
        if ($known !== null && ($known['registered'] || $known['openOrder'] !== null)) {
            return false;
        }

        return $this->setting('availability') === 'order' || $this->isFree($domain);
    }

    public function isDomaincanBeTransferred(Registrar_Domain $domain)
    {
        $known = $this->gateway->domain($domain->getName());
        if ($known !== null && ($known['registered'] || $known['openOrder'] !== null)) {
            return false;
        }

        return $this->setting('availability') === 'order' || !$this->isFree($domain);
    }

    public function registerDomain(Registrar_Domain $domain)
    {
        return $this->takeOver($domain, 'register', ['period' => ['years' => (int) $domain->getRegistrationPeriod()]]);
    }

    public function transferDomain(Registrar_Domain $domain)
    {
        return $this->takeOver($domain, 'transfer', ['authInfo' => (string) $domain->getEpp()]);
    }

    /** Once for each time that FOSSBilling has the order paid until. */
    public function renewDomain(Registrar_Domain $domain)
    {
        $tld = ltrim((string) $domain->getTld(), '.');
        if (in_array($tld, preg_split('/[\s,]+/', $this->setting('renewing')), true)) {
            $this->registered($domain);

            return true;
        }
        $until = $this->_order?->expires_at ?? $this->registered($domain)['expiresAt'] ?? '';

        return $this->once($domain, 'renew', substr((string) $until, 0, 10) . '-', [
            'period' => ['years' => (int) ($domain->getRegistrationPeriod() ?? 1)],
        ]);
    }

    public function modifyNs(Registrar_Domain $domain)
    {
        $wanted = self::hosts($domain);
        $known = $this->registered($domain);
        if ($known['openOrder'] === null && self::sorted(array_column($known['nameservers'], 'host')) === self::sorted($wanted)) {
            return true;
        }
        $this->place($domain, 'update-nameservers', '', ['nameservers' => self::nameservers($wanted)]);

        return true;
    }

    /** Of a contact that was created for the domain; those of the settings belong to all domains. */
    public function modifyContact(Registrar_Domain $domain)
    {
        if ($this->setting('holder') !== '') {
            throw new Registrar_Exception("The holder of every domain is {$this->setting('holder')}, as the settings of the registrar say. Change that contact at the registry; nothing was sent.");
        }
        $this->place($domain, 'update-contact', '', ['contacts' => ['holder' => $this->contact($domain)]]);

        return true;
    }

    /** An order that is still open is withdrawn; a domain that is registered is deleted at the registry. */
    public function deleteDomain(Registrar_Domain $domain)
    {
        $known = $this->gateway->domain($domain->getName());
        if ($known === null || (!$known['registered'] && $known['openOrder'] === null)) {
            return true;
        }
        if ($known['openOrder'] !== null && in_array($known['status'], ['Pending', 'Registering', 'Transferring'], true)) {
            $this->gateway->cancel($known['openOrder']);
        } else {
            $this->place($domain, 'close', '', []);
        }

        return true;
    }

    /**
     * The domain as the gateway knows it. Throws until it is registered, with what the gateway says happens next; so
     * FOSSBilling never takes down dates of a domain that the registry has not given.
     */
    public function getDomainDetails(Registrar_Domain $domain)
    {
        $known = $this->registered($domain);
        foreach (array_pad(array_column($known['nameservers'], 'host'), 4, null) as $index => $host) {
            if ($index < 4) {
                $domain->{'setNs' . ($index + 1)}($host);
            }
        }
        // FOSSBilling reads null as now. Without a date of the registry it is the time that is paid for.
        $until = $known['expiresAt'] ?? $this->_order?->expires_at ?? null;
        if ($until !== null) {
            $domain->setExpirationTime(strtotime((string) $until));
        }
        if ($domain->getRegistrationTime() === null) {
            $domain->setRegistrationTime(strtotime($known['since']));
        }
        $domain->setLocked(in_array('clientTransferProhibited', $known['eppStatus'], true));

        return $domain;
    }

    /**
     * A fresh transfer code, once the registry has it; until then an exception that says so, and asking again later finds
     * it. Codes are made of the key in the settings, because the gateway never shows one again.
     */
    public function getEpp(Registrar_Domain $domain)
    {
        $key = $this->setting('authinfo_key');
        if (strlen($key) < 16) {
            throw new Registrar_Exception('Transfer codes need a key of 16 characters or more in the settings of the registrar Sealpost.');
        }
        $orders = $this->gateway->ordersOf($domain->getName(), $this->idOf('create-authinfo'));
        $number = count($orders) + 1;
        if ($orders !== [] && ($this->gateway->isOpen($orders[0]) || self::isFresh($orders[0], self::CODE_LASTS))) {
            --$number;
        }
        $code = self::codeOf($key, "{$domain->getName()}/$number");
        if ($orders === [] || !self::isFresh($orders[0], self::CODE_LASTS)) {
            $order = $this->gateway->settled($this->place($domain, 'create-authinfo', '', ['authInfo' => $code]));
            $this->mustBeDone($order, 'The registry has not taken the transfer code yet. Ask for it again in some minutes.');
        }

        return $code;
    }

    public function lock(Registrar_Domain $domain)
    {
        $this->place($domain, 'lock', '', []);

        return true;
    }

    public function unlock(Registrar_Domain $domain)
    {
        $this->place($domain, 'release', '', []);

        return true;
    }

    public function enablePrivacyProtection(Registrar_Domain $domain)
    {
        throw new Registrar_Exception('Registries behind Sealpost have no privacy protection; nothing was changed.');
    }

    public function disablePrivacyProtection(Registrar_Domain $domain)
    {
        throw new Registrar_Exception('Registries behind Sealpost have no privacy protection; nothing was changed.');
    }

    private function takeOver(Registrar_Domain $domain, string $action, array $more): bool
    {
        $contacts = ['holder' => ['handle' => $this->holderOf($domain)]];

        return $this->once($domain, $action, '', $more + ['nameservers' => self::nameservers(self::hosts($domain)), 'contacts' => $contacts]);
    }

    /** An order that FOSSBilling wants once: one that was carried out before is not placed again. */
    private function once(Registrar_Domain $domain, string $action, string $when, array $more): bool
    {
        $before = $this->gateway->ordersOf($domain->getName(), $this->idOf($action) . $when);
        if (!in_array('done', array_column($before, 'status'), true)) {
            $this->place($domain, $action, $when, $more);
        }

        return true;
    }

    private function place(Registrar_Domain $domain, string $action, string $when, array $more): array
    {
        $this->mustBeAllowed($domain);
        $contact = $domain->getContactRegistrar();
        $email = $contact === null ? '' : (string) $contact->getEmail();
        $account = ['id' => "fossbilling-client-{$this->order()->client_id}", 'type' => 'customer'];
        $placed = $this->gateway->place($this->idOf($action) . $when, [
            'account' => $email === '' ? $account : $account + ['email' => $email],
            'action' => $action,
            'domain' => $domain->getName(),
            // FOSSBilling activates, and so calls, what was paid for.
            'paid' => true,
        ] + $more);
        $this->getLog()->info("Sealpost has taken the $action order {$placed['id']} for {$domain->getName()}");

        return $placed;
    }

    /** The same for each try of the same thing, so that nothing is placed twice; a number follows. */
    private function idOf(string $action): string
    {
        return "fossbilling-{$this->order()->id}-$action-";
    }

    private function order(): Model_ClientOrder
    {
        return $this->_order ?? throw new Registrar_Exception('FOSSBilling named no order for this domain, so that nothing could be placed for it. Link the domain to an order.');
    }

    private function registered(Registrar_Domain $domain): array
    {
        $known = $this->gateway->domain($domain->getName());
        if ($known !== null && $known['registered'] && in_array($known['status'], ['Registered', 'Error'], true)) {
            return $known;
        }
        $what = $known === null || $known['status'] === null
            ? "{$domain->getName()} is not known to Sealpost."
            : "{$domain->getName()} is not registered, it is {$known['status']}. {$known['next']}";
        $left = $known !== null && in_array($known['status'], ['Gone', 'Closed'], true);
        // Newer versions of FOSSBilling have an exception for a domain that left.
        $class = $left && class_exists('Registrar_Exception_DomainNotFound') ? 'Registrar_Exception_DomainNotFound' : Registrar_Exception::class;

        throw new $class($what);
    }

    /** The answer of an hour ago is good enough, so that a shop window does not send a mail for each visitor. */
    private function isFree(Registrar_Domain $domain): bool
    {
        $this->mustBeAllowed($domain);
        $prefix = 'fossbilling-check-' . substr(hash('sha256', $domain->getName()), 0, 16) . '-';
        $asked = $this->gateway->ordersOf($domain->getName(), $prefix)[0] ?? null;
        if ($asked === null || !self::isFresh($asked, 3600)) {
            $asked = $this->gateway->settled($this->gateway->place($prefix, [
                'account' => ['id' => 'fossbilling', 'type' => 'provider'],
                'action' => 'check',
                'domain' => $domain->getName(),
            ]));
        }
        $this->mustBeDone($asked, "The registry was asked whether {$domain->getName()} is free and has not answered yet. Ask again in some minutes.");

        return ($asked['result']['status'] ?? '') === 'free';
    }

    private function mustBeDone(array $order, string $otherwise): void
    {
        if ($order['status'] !== 'done') {
            throw new Registrar_Exception($otherwise);
        }
    }

    private function mustBeAllowed(Registrar_Domain $domain): void
    {
        if ($this->_testMode && $this->gateway->modeOf(ltrim((string) $domain->getTld(), '.')) !== 'test') {
            throw new Registrar_Exception("FOSSBilling is in test mode for this registrar, and Sealpost's connection for {$domain->getTld()} is live. Nothing was sent.");
        }
    }

    private function holderOf(Registrar_Domain $domain): string
    {
        if ($this->setting('holder') !== '') {
            return $this->setting('holder');
        }
        $contact = $this->contact($domain);
        $before = $this->gateway->ordersOf($domain->getName(), $this->idOf('create-contact'));
        if (!in_array('done', array_column($before, 'status'), true)) {
            $order = $this->gateway->settled($this->place($domain, 'create-contact', '', ['contacts' => ['holder' => $contact]]));
            $this->mustBeDone($order, "The registry has not created the contact {$contact['handle']} yet. Activate the order again in some minutes.");
        }

        return $contact['handle'];
    }

    private function contact(Registrar_Domain $domain): array
    {
        if ($this->setting('handle_prefix') === '') {
            throw new Registrar_Exception('The settings of the registrar Sealpost have neither a holder nor a beginning of handles. Set one of them.');
        }
        $given = $domain->getContactRegistrar() ?? throw new Registrar_Exception('The domain has no contact.');
        $company = trim((string) $given->getCompany());
        $phone = preg_replace('/\D/', '', (string) $given->getTel());

        return array_filter([
            'handle' => $this->setting('handle_prefix') . $this->order()->id,
            'type' => $company === '' ? 'person' : 'organization',
            'name' => $company === '' ? trim($given->getFirstName() . ' ' . $given->getLastName()) : '',
            'organization' => $company,
            'street' => array_values(array_filter([trim((string) $given->getAddress1()), trim((string) $given->getAddress2())])),
            'city' => trim((string) $given->getCity()),
            'postalCode' => trim((string) $given->getZip()),
            'country' => strtoupper((string) $given->getCountry()),
            'phone' => $phone === '' ? '' : '+' . preg_replace('/\D/', '', (string) $given->getTelCc()) . $phone,
            'email' => (string) $given->getEmail(),
        ]);
    }

    /** @return list<string> */
    private static function hosts(Registrar_Domain $domain): array
    {
        $given = [$domain->getNs1(), $domain->getNs2(), $domain->getNs3(), $domain->getNs4()];

        return array_values(array_filter(array_map(static fn ($host): string => strtolower(trim((string) $host)), $given)));
    }

    private static function nameservers(array $hosts): array
    {
        return array_map(static fn (string $host): array => ['host' => $host], $hosts);
    }

    private static function sorted(array $hosts): array
    {
        sort($hosts);

        return $hosts;
    }

    private static function isFresh(array $order, int $seconds): bool
    {
        return $order['status'] === 'done' && strtotime($order['createdAt']) > time() - $seconds;
    }

    /** 16 letters, digits and signs that are not mistaken for each other: 80 bits of the key. */
    private static function codeOf(string $key, string $what): string
    {
        $letters = 'abcdefghjkmnpqrstuvwxyz23456789-_';
        $octets = str_split(substr(hash_hmac('sha256', $what, $key, true), 0, 16));

        return implode('', array_map(static fn (string $octet): string => $letters[ord($octet) % 32], $octets));
    }

    private function setting(string $name): string
    {
        return $this->settings[$name] ?? '';
    }
}
