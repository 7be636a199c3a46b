<?php

/**
 * Calls one method of the registrar module as FOSSBilling does. Standard input: `{ config, order, domain, contact, method,
 * testMode }` as JSON; standard output: `{ result, domain }`, or `{ error, class, code }`.
 */

declare(strict_types=1);

error_reporting(E_ALL);
set_error_handler(static function (int $level, string $text, string $file, int $line): bool {
    if ((error_reporting() & $level) === 0) {
        return false;
    }
    throw new ErrorException($text, 0, $level, $file, $line);
});

require __DIR__ . '/stand-ins.php';
require __DIR__ . '/../../../examples/fossbilling/Sealpost.php';

$asked = json_decode(stream_get_contents(STDIN), true, 64, JSON_THROW_ON_ERROR);
$contact = new Registrar_Domain_Contact();
foreach ($asked['contact'] as $name => $value) {
    $contact->{"set$name"}($value);
}
$domain = new Registrar_Domain();
foreach ($asked['domain'] as $name => $value) {
    $domain->{"set$name"}($value);
}
$domain->setContactRegistrar($contact);

try {
    $adapter = new Registrar_Adapter_Sealpost($asked['config']);
    if ($asked['order'] !== null) {
        $adapter->setOrder(new Model_ClientOrder($asked['order']['id'], $asked['order']['client'], $asked['order']['expiresAt'] ?? null));
    }
    if ($asked['testMode']) {
        $adapter->enableTestMode();
    }
    $result = $adapter->{$asked['method']}($domain);
    echo json_encode(['result' => $result instanceof Registrar_Domain ? 'domain' : $result, 'domain' => $domain->toArray()]);
} catch (Registrar_Exception $refused) {
    echo json_encode(['error' => $refused->getMessage(), 'class' => $refused::class, 'code' => $refused->getCode()]);
}
