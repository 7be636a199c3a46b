<?php

/**
 * Stand-ins for the classes of FOSSBilling that a registrar module meets, written for these tests: the same names and
 * methods, and no more behind them than the tests need. They show that the module fits the interface as it was read, not
 * that it runs in a FOSSBilling of any version.
 */

namespace FOSSBilling {
    class Exception extends \Exception
    {
        public function __construct(string $message, ?array $variables = null, int $code = 0)
        {
            parent::__construct(strtr($message, $variables ?? []), $code);
        }
    }
}

namespace {
    class Registrar_Exception extends FOSSBilling\Exception
    {
    }

    class Registrar_Exception_DomainNotFound extends Registrar_Exception
    {
    }

    class Model_ClientOrder
    {
        public function __construct(public int $id, public int $client_id, public ?string $expires_at = null)
        {
        }
    }

    class Box_Log
    {
        public function info(string $text): void
        {
            fwrite(STDERR, "$text\n");
        }
    }

    abstract class Registrar_AdapterAbstract
    {
        protected $_log;
        protected $_testMode = false;
        protected ?Model_ClientOrder $_order = null;

        abstract public static function getConfig();

        abstract public function isDomainAvailable(Registrar_Domain $domain);

        abstract public function isDomaincanBeTransferred(Registrar_Domain $domain);

        abstract public function modifyNs(Registrar_Domain $domain);

        abstract public function modifyContact(Registrar_Domain $domain);

        abstract public function transferDomain(Registrar_Domain $domain);

        abstract public function getDomainDetails(Registrar_Domain $domain);

        abstract public function getEpp(Registrar_Domain $domain);

        abstract public function registerDomain(Registrar_Domain $domain);

        abstract public function renewDomain(Registrar_Domain $domain);

        abstract public function deleteDomain(Registrar_Domain $domain);

        abstract public function enablePrivacyProtection(Registrar_Domain $domain);

        abstract public function disablePrivacyProtection(Registrar_Domain $domain);

        abstract public function lock(Registrar_Domain $domain);

        abstract public function unlock(Registrar_Domain $domain);

        public function getLog()
        {
            return new Box_Log();
        }

        public function enableTestMode()
        {
            $this->_testMode = true;

            return $this;
        }

        public function setOrder(Model_ClientOrder $order): static
        {
            $this->_order = $order;

            return $this;
        }
    }

    /** getX and setX for whatever a test gives. */
    abstract class Stand_In_Record
    {
        private array $values = [];

        public function __call(string $method, array $arguments)
        {
            $name = substr($method, 3);
            if (str_starts_with($method, 'set')) {
                $this->values[$name] = $arguments[0];

                return $this;
            }

            return $this->values[$name] ?? null;
        }

        public function toArray(): array
        {
            return array_filter($this->values, static fn ($value): bool => !is_object($value));
        }
    }

    class Registrar_Domain_Contact extends Stand_In_Record
    {
    }

    class Registrar_Domain extends Stand_In_Record
    {
        public function getName()
        {
            return $this->getSld() . $this->getTld();
        }
    }
}
